"""No teacher needed: sentences that often help, and hints at the answers that train rows give."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from llmdl_plugins.data import Example, text_key
from llmdl_plugins.errors import DataError
from llmdl_plugins.losses.loss import as_text
from llmdl_plugins.optimizers.proposed import refusal
from llmdl_plugins.run.optimizer import NOTHING, Optimizer
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.work import Range, Size, Work

FRAGMENTS = (
    "Answer with the result alone, without any explanation.",
    "Think it through step by step before you answer.",
    "Read all of the input before you decide.",
    "Check your answer against the input, and correct it where they disagree.",
)
_TRIED = 16
_LABELS, _HINTS = 20, 4


class FragmentSearch(Optimizer):
    """Adds one sentence at a time to each prompt; what helps on a few train rows goes on to the screen, the best first.

    Beside fixed sentences it tries the list of answers, and for each answer the words that train rows of it have and
    others have not: descriptions of labels that nobody wrote.

    Args:
        rows: train rows that a sentence is tried on.

    Source: instruction fragments as in Prasad et al. (GrIPS, 2022); telling words by log odds (Monroe et al., 2008).
    """

    name = "fragments"

    def __init__(self, rows: int = _TRIED) -> None:
        self.rows = rows

    def expected(self, size: Size) -> Work:
        """Every sentence on some train rows, a few of them on val rows."""
        tried = (len(FRAGMENTS) + 2) * max(1, size.parameters)
        rows = float(min(self.rows, size.train))
        return Work(Range(rows, rows * (1 + tried) + 0.5 * size.val, tried * (rows + size.val) + size.val), NOTHING)

    async def optimize(self, problem: Problem) -> None:
        """Every prompt once."""
        rows = list(problem.train)[: self.rows]
        for name in [n for n, p in problem.parameters.items() if p.kind == "text"]:
            await self._extended(problem, name, rows)

    async def _extended(self, problem: Problem, name: str, rows: Sequence[Example]) -> None:
        old = str(problem.value(name))
        texts = [f"{old}\n{sentence}" for sentence in (*FRAGMENTS, *hints(problem.train))]
        usable = [text for text in texts if refusal(problem, name, text, old, text) is None]
        told = await problem.evaluate([{}, *({name: text} for text in usable)], rows)
        before, *after = [sum(r.score for r in told[n : n + len(rows)]) for n in range(0, len(told), len(rows))]
        for score, text in sorted(zip(after, usable, strict=True), key=lambda pair: -pair[0]):
            if score <= before:
                return
            # Each builds on what was accepted before it.
            added = f"{problem.value(name)}{text.removeprefix(old)}"
            await problem.propose({name: added}, f"{name} with: {text.removeprefix(old).strip()[:80]}")


def hints(train: Sequence[Example]) -> Iterator[str]:
    """The answers, where they are few, and the telling words of each.

    >>> told = {"my card is lost": "card", "a new card": "card", "the rate": "fx", "the rate today": "fx"}
    >>> next(hints([Example({"q": text}, answer, text) for text, answer in told.items()]))
    'Answer with one of these and nothing else: card, fx.'
    """
    answers = [_answer(example.expected) for example in train]
    labels = sorted(set(answers))
    if not 1 < len(labels) <= min(_LABELS, len(train) // 2):
        return
    yield f"Answer with one of these and nothing else: {', '.join(labels)}."
    if told := _telling(train, answers):
        yield "Words that speak for an answer: " + "; ".join(f"{a}: {', '.join(told[a])}" for a in labels) + "."


def _telling(train: Sequence[Example], answers: Sequence[str]) -> Mapping[str, list[str]]:
    try:
        key = text_key(train)
    except DataError:
        return {}
    counts: dict[str, Counter[str]] = {}
    for example, answer in zip(train, answers, strict=True):
        words = set(re.findall(r"[^\W\d_]{3,}", str(example.inputs.get(key, "")).lower()))
        counts.setdefault(answer, Counter()).update(words)
    whole = sum(counts.values(), Counter())
    return {answer: _best(own, whole) for answer, own in counts.items()}


def _best(own: Counter[str], whole: Counter[str]) -> list[str]:
    """The words with the highest odds for an answer, those that are frequent there first."""

    def worth(word: str) -> float:
        return own[word] * math.log((own[word] + 0.5) / (whole[word] - own[word] + 0.5))

    return sorted(own, key=worth, reverse=True)[:_HINTS]


def _answer(expected: object) -> str:
    one = next(iter(expected.values())) if isinstance(expected, Mapping) and len(expected) == 1 else expected
    return as_text(one)
