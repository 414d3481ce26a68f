"""What claim 1 compares: wirings of one prompt, examples and answers identical; and the tasks, named before any run."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.language_models import BaseChatModel

import llmdl_recipes as recipes
from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.containers.refine import Refine
from llmdl_plugins.data import Example
from llmdl_plugins.module import Module, State
from llmdl_plugins.network import Network
from llmdl_recipes.claims.sorter import NODE, TEXT, Sorting, answering, label_of, sorter, text_of

FLAT, DRAWS = "flat prompt", (3, 5, 7, 9)
THINK = "Think step by step in one or two sentences: what does the text ask, and which answer fits it?"
_BAG, _WINDOW = 12, 16


@dataclass(frozen=True)
class Task:
    """A question about rows.

    Args:
        helps: arm → why its wiring should help here, said before it was run; all others should not.
    """

    name: str
    question: str
    answers: Sequence[str]
    examples: Sequence[tuple[str, str]]
    rows: Sequence[Example]
    helps: Mapping[str, str]


@dataclass(frozen=True)
class Arm:
    """A network, and the values that switch its wiring on."""

    name: str
    network: Network
    values: Mapping[str, Any] = field(default_factory=dict)


def tasks(sorting: Sorting) -> Iterator[Task]:
    """One short question, where no wiring should help; and a count over many texts, where reading in parts should."""
    yield Task(
        f"{sorting.name}, sort a text",
        "Sort the text.",
        sorting.labels,
        sorting.examples(1),
        sorting.asked,
        {},
    )
    topic = Counter(label_of(row) for row in sorting.asked).most_common(1)[0][0]
    yield Task(
        f"{sorting.name}, count {_BAG} texts",
        f"How many of the texts are about this: {topic}?",
        [str(n) for n in range(_BAG + 1)],
        [],
        [_bag(sorting, topic, n) for n in range(len(sorting.asked) // 2)],
        {"windows": "each text can be answered alone, and adding needs no model"},
    )


def _bag(sorting: Sorting, topic: str, number: int) -> Example:
    draw = random.Random(f"bag {number}")
    about = [text_of(row) for row in sorting.asked if label_of(row) == topic]
    others = [text_of(row) for row in sorting.asked if label_of(row) != topic]
    n = draw.randint(0, min(_BAG, len(about)))
    texts = [*draw.sample(about, n), *draw.choices(others, k=_BAG - n)]
    return Example({TEXT: "\n\n".join(draw.sample(texts, _BAG))}, str(n), id=f"bag-{number}")


def arms(task: Task, model: BaseChatModel) -> Iterator[Arm]:
    """The usual ways first, then the architectures."""
    plain = sorter(model, task.question, task.answers, task.examples)
    yield Arm(FLAT, plain)
    for draws in DRAWS:
        yield Arm(f"self-consistency {draws}", *_on(recipes.vote(plain, max(DRAWS)), "vote", draws=draws))
    yield Arm("chain of thought", *_on(recipes.perceptron(plain, model=model), "perceptron", instruction=THINK))
    yield Arm("one agent, two turns", *_two_turns(plain))
    yield from _architectures(task, plain, model)


def _architectures(task: Task, plain: Network, model: BaseChatModel) -> Iterator[Arm]:
    answer = answering(model, task.answers)
    made: dict[str, tuple[Callable[[], Network], dict[str, Any]]] = {
        "refine": (lambda: recipes.refine(plain, model=model), {}),
        "cascade": (lambda: recipes.cascade(plain, model=model), {}),
        "multi-head": (lambda: recipes.multi_head(plain, 3, model=answer), {}),
        "mlp": (lambda: recipes.mlp(plain, model=model), {}),
        "encoder-decoder": (lambda: recipes.encoder_decoder(plain, model=model), {}),
        "windows": (lambda: recipes.windows(plain, _WINDOW), {"pool": _pool(task)}),
        "hierarchy": (lambda: recipes.hierarchy(plain, _WINDOW, model=answer), {}),
        "recurrent": (lambda: recipes.recurrent(plain, 40, 80, model=model), {}),
    }
    for name, (make, settings) in made.items():
        yield Arm(name, *_on(make(), name, **settings))


def _pool(task: Task) -> str:
    return "sum" if all(answer.isdigit() for answer in task.answers) else "majority"


def _on(network: Network, name: str, **settings: Any) -> tuple[Network, dict[str, Any]]:
    """A recipe, switched on, with settings of its parameters by the end of their names."""
    at = f"{NODE}/{name}/"
    known = [one for one in network.named_parameters() if one.startswith(at)]
    found = {key: next(one for one in known if one.endswith(f"/{key}")) for key in settings}
    return network, {f"{NODE}/chosen": name, **{found[key]: value for key, value in settings.items()}}


class LookAgain(Module):
    """draft → the same critique, always; calls: none."""

    reads, writes = ("draft",), ("critique",)

    async def forward(self, state: State) -> dict[str, Any]:
        """What a user says who does not know better."""
        return {"critique": "Look at the question once more, and check your answer."}


def _two_turns(plain: Network) -> tuple[Network, dict[str, Any]]:
    def wrapped(inner: Module) -> Choice:
        return Choice({"two turns": Refine(inner, LookAgain(), TEXT)})

    return plain.variant(wrap={NODE: wrapped}), {}
