"""For each recipe a task where its wiring should help, for a reason, and one where it should not: named beforehand.

Both sides of a case are one network: the node as it is, and the recipe switched on.  Examples, answers that are allowed
and the model are the same on both sides; only the wiring differs.  The parts around a node ask the same model.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wirings.nodes import model, node, sorting
from wirings.rows import Item, Set, Text, bags, draw

import llmdl_recipes as recipes
from llmdl_plugins import Network

NUMBERS = [str(n) for n in range(17)]
COUNT = "How many of the texts are about this: lost or stolen card? Answer with a number.\n\n{}"
MAIN = "What are most of the texts about? Answer with one label: {}."
LATEST = "What is the last of the texts about? Answer with one label: {}."
WIDTH = 32  # tokens of a piece: one question, or a few
FEW, MANY, LONG, HOPS = 16, 32, 12, 8  # items: with generated parts, with answers only, with bags, read in hops


@dataclass(frozen=True)
class Case:
    """A recipe on a task.

    Args:
        recipe: its name.
        task: in words.
        should_help: what was said before it was run.
        because: why.
        net: the node with the recipe around it.
        items: what is asked.
        values: of its parameters, beside the one that switches it on.
        width: tokens of a piece, where the text is read in pieces.
        graded: whether a number that is close counts in part.
    """

    recipe: str
    task: str
    should_help: bool
    because: str
    net: Network
    items: Sequence[Item]
    values: Mapping[str, Any] = field(default_factory=dict)
    width: int = 400
    graded: bool = False


def cases(bank: Set, talk: Set) -> Iterator[Case]:
    """All of them, those that take few calls first."""
    for make in (drawn, encoded, split, noted, read_once, read_on):
        yield from make(bank, talk)


def drawn(bank: Set, talk: Set) -> Iterator[Case]:
    """Vote, cascade and refine, at a temperature where draws differ and at one where they are the same."""
    sure = model(["10", "30", "50", "70", "90"])
    critic = model(["NONE", "The label does not fit the text."])
    kinds: list[tuple[str, Callable[[Network], Network], str, str]] = [
        ("vote", recipes.vote, "draws differ, and right ones agree more often than wrong ones", "all draws are one"),
        (
            "cascade",
            lambda net: recipes.cascade(net, model=sure),
            "doubtful answers are drawn again",
            "what is drawn again is the same",
        ),
        (
            "refine",
            lambda net: recipes.refine(net, model=critic),
            "a slip of the draw can be seen by a reader at temperature 0",
            "the critic is the model that made the mistake",
        ),
    ]
    for recipe, wired, why, why_not in kinds:
        for temperature in (1.0, 0.0):
            net = node(sorting(bank.labels, bank.examples(1)), bank.labels, temperature)
            task = f"sort a question, temperature {temperature:g}"
            because = why if temperature else why_not
            yield Case(recipe, task, bool(temperature), because, wired(net), bank.singles(MANY))


def encoded(bank: Set, talk: Set) -> Iterator[Case]:
    """Encoder and decoder: a question among small talk, and alone."""

    def buried(rng: random.Random, size: int) -> list[Text]:
        around = rng.sample(list(talk.asked), size - 1)
        return [*around[: size // 2], rng.choice(list(bank.asked)), *around[size // 2 :]]

    wordy = bags(FEW, 4, buried, lambda texts: next(label for _, label in texts if label in bank.labels))
    for items, task, helps, because in (
        (wordy, "sort a question among three lines of small talk", True, "what matters of the input is short"),
        (bank.singles(FEW), "sort a question alone", False, "there is nothing to leave out"),
    ):
        net = node(sorting(bank.labels, bank.examples(1)), bank.labels)
        yield Case("encoder-decoder", task, helps, because, recipes.encoder_decoder(net, model=model()), items)


def split(bank: Set, talk: Set) -> Iterator[Case]:
    """Multi-head and mixture: the examples of one prompt dealt out to several."""
    for each, helps, because in (
        (3, True, "30 examples are more than the model reads well; each head reads 10"),
        (1, False, "10 examples are read well at once; each head lacks most labels"),
    ):
        shown = bank.examples(each)
        net = recipes.multi_head(node(sorting(bank.labels, shown), bank.labels), 3, model=model(bank.labels))
        third = [shown[n * len(shown) // 3 :][: len(shown) // 3] for n in range(3)]
        own = {f"chain/multi-head/head_{n}/prompt": sorting(bank.labels, part) for n, part in enumerate(third, start=1)}
        task = f"sort a question, {len(shown)} examples"
        yield Case("multi-head", task, helps, because, net, bank.singles(FEW), own)
    yield from _mixtures(bank, talk)


def _mixtures(bank: Set, talk: Set) -> Iterator[Case]:
    labels = [*bank.labels, *talk.labels]
    experts = {"bank": "questions about money, cards and accounts", "talk": "small talk with an assistant"}
    net = node(sorting(labels, [*bank.examples(1), *talk.examples(1)]), labels)
    own = {f"chain/mixture/{n}/prompt": sorting(s.labels, s.examples(1)) for n, s in (("bank", bank), ("talk", talk))}
    mixed = [item for pair in zip(bank.singles(MANY // 2), talk.singles(MANY // 2), strict=True) for item in pair]
    yield Case(
        "mixture",
        "sort questions of a bank and small talk, 20 labels",
        True,
        "two kinds that can be told apart; each expert reads the labels and examples of its own",
        recipes.mixture(net, experts, model=model(list(experts))),
        mixed,
        own,
    )
    halves = {"first": "questions", "second": "other questions"}
    net = node(sorting(bank.labels, bank.examples(2)), bank.labels)
    own = {
        f"chain/mixture/{name}/prompt": sorting(bank.labels, bank.examples(2)[n * 10 :][:10])
        for n, name in enumerate(halves)
    }
    yield Case(
        "mixture",
        "sort questions of a bank, experts of one kind",
        False,
        "there is nothing to route by, and each expert has half of the examples",
        recipes.mixture(net, halves, model=model(list(halves))),
        bank.singles(MANY),
        own,
    )


def noted(bank: Set, talk: Set) -> Iterator[Case]:
    """Perceptron and MLP: notes before a question about several texts, and before a plain one."""
    many = [["Name the topic of each text, in one word each.", "Which topic comes up most often?"]]
    one = [["Which words of the text say what it is about?", "What does the writer want?"]]
    for recipe, wired in (
        ("perceptron", lambda net, units: recipes.perceptron(net, model=model())),
        ("mlp", lambda net, units: recipes.mlp(net, units, model=model())),
    ):
        net = node(MAIN.format(", ".join(bank.labels)), bank.labels)
        yield Case(
            recipe,
            "the topic of most of 5 questions",
            True,
            "the topics of the single questions are results in between",
            wired(net, many),
            bags(FEW, 5, lambda rng, size: mostly(bank, rng, size), main),
        )
        net = node(sorting(bank.labels, bank.examples(1)), bank.labels)
        because = "one reading is enough"
        yield Case(recipe, "sort a question", False, because, wired(net, one), bank.singles(FEW))


def read_once(bank: Set, talk: Set) -> Iterator[Case]:
    """Windows, hierarchy and attention on bags."""
    count = bags(LONG, 16, lambda rng, size: some(bank, rng, size, "lost"), lambda texts: str(tally(texts, "lost")))
    main_of = bags(LONG, 16, lambda rng, size: mostly(bank, rng, size), main)
    yield Case(
        "windows",
        "how many of 16 questions are about a lost card",
        True,
        "each question can be answered alone, and a sum needs no model",
        recipes.windows(node(counting(bank), NUMBERS), WIDTH),
        count,
        {"chain/windows/pool": "sum"},
        WIDTH,
        graded=True,
    )
    yield Case(
        "windows",
        "the topic of most of 16 questions, an example of each topic",
        True,
        "a window is like the examples, 16 questions are not, and a majority needs no model",
        recipes.windows(node(sorting(bank.labels, bank.examples(1)), bank.labels), WIDTH),
        bags(FEW, 16, lambda rng, size: mostly(bank, rng, size), main),
        width=WIDTH,
    )
    last = bags(LONG, 8, lambda rng, size: rng.sample(list(bank.asked), size), lambda texts: texts[-1][1])
    yield Case(
        "windows",
        "the topic of the last of 8 questions",
        False,
        "a window does not know whether it is the last",
        recipes.windows(node(LATEST.format(", ".join(bank.labels)), bank.labels), WIDTH),
        last,
        width=WIDTH,
    )
    fuse = model(bank.labels)
    yield Case(
        "hierarchy",
        "the topic of most of 16 questions",
        True,
        "no call reads more than four answers",
        recipes.hierarchy(node(MAIN.format(", ".join(bank.labels)), bank.labels), WIDTH, model=fuse),
        main_of,
        width=WIDTH,
    )
    yield Case(
        "hierarchy",
        "how many of 16 questions are about a lost card",
        False,
        "a model has to add what a sum adds without mistakes",
        recipes.hierarchy(node(counting(bank), NUMBERS), WIDTH, model=model(NUMBERS)),
        count,
        width=WIDTH,
        graded=True,
    )
    yield from _attended(bank, count)


def _attended(bank: Set, count: Sequence[Item]) -> Iterator[Case]:
    asks = "{text}\n\n{question}"
    found = [_found(bank, n) for n in range(LONG)]
    net = node(sorting(bank.labels, bank.examples(1)), bank.labels, asks=asks)
    yield Case(
        "attention",
        "the topic of the one of 16 questions that holds three given words",
        True,
        "the answer stands at one place, and shares words with the question",
        recipes.attention(net, 2, WIDTH, source="question", model=model()),
        found,
    )
    question = "How many of the texts are about this: lost or stolen card?"
    asked = [Item({"text": one.inputs["question"], "question": question}, one.right) for one in count]
    net = node(counting(bank), NUMBERS, asks=asks)
    yield Case(
        "attention",
        "how many of 16 questions are about a lost card",
        False,
        "the answer is spread over all of the text",
        recipes.attention(net, 2, WIDTH, source="question", model=model()),
        asked,
        graded=True,
    )


def read_on(bank: Set, talk: Set) -> Iterator[Case]:
    """Recurrent reader and gated memory on bags."""
    count = bags(HOPS, 16, lambda rng, size: some(bank, rng, size, "lost"), lambda texts: str(tally(texts, "lost")))
    last = bags(HOPS, 16, lambda rng, size: rng.sample(list(bank.asked), size), lambda texts: texts[-1][1])
    topics = LATEST.format(", ".join(bank.labels))
    for recipe, wired in (
        ("recurrent", lambda net: recipes.recurrent(net, 40, 80, model=model())),
        ("gated", lambda net: recipes.gated(net, ["latest topic", "counted"], 40, 80, model=model())),
    ):
        net = wired(node(topics, bank.labels))
        because = "order matters: the end of the text overrules what stood before"
        yield Case(recipe, "the topic of the last of 16 questions", True, because, net, last, width=80)
        net = wired(node(counting(bank), NUMBERS))
        because = "each hop may lose what was counted"
        yield Case(
            recipe, "how many of 16 questions are about a lost card", False, because, net, count, width=80, graded=True
        )


def _found(bank: Set, n: int) -> Item:
    rng = random.Random(f"found {n}")
    texts = draw(bank.asked, 16, f"found {n}")
    text, label = rng.choice(texts)
    words = sorted(set(text.split()), key=len)[-3:]
    question = f"What is the text about that holds the words {', '.join(words)}?"
    return Item({"text": "\n\n".join(one for one, _ in texts), "question": question}, label)


def mostly(bank: Set, rng: random.Random, size: int) -> list[Text]:
    """Texts of which more than half have one label."""
    label = rng.choice(list(bank.labels))
    most = [text for text in bank.asked if text[1] == label]
    texts = rng.sample(most, size // 2 + 1) + rng.sample([t for t in bank.asked if t[1] != label], (size - 1) // 2)
    return rng.sample(texts, size)


def some(bank: Set, rng: random.Random, size: int, label: str) -> list[Text]:
    """Texts of which any number has a label."""
    n = rng.randint(0, size)
    texts = rng.sample([t for t in bank.asked if t[1] == label], n)
    return rng.sample([*texts, *rng.sample([t for t in bank.asked if t[1] != label], size - n)], size)


def main(texts: Sequence[Text]) -> str:
    """The label of most."""
    return Counter(label for _, label in texts).most_common(1)[0][0]


def counting(bank: Set) -> str:
    """The instruction to count, with examples of one text and of three."""
    ones = [text for text in bank.examples(2) if text[1] in ("lost", "pin", "refund", "topup")]
    groups = [[one] for one in ones] + [ones[:3], [ones[0], ones[4], ones[1]]]
    shown = (("\n\n".join(text for text, _ in group), tally(group, "lost")) for group in groups)
    return COUNT.format("\n\n".join(f"Texts: {texts}\nNumber: {n}" for texts, n in shown))


def tally(texts: Sequence[Text], label: str) -> int:
    """How many have it."""
    return sum(of == label for _, of in texts)
