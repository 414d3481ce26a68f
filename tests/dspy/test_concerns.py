"""What a program keeps in itself between rows is told before it is trained."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import Any

import dspy

from llmdl_plugins import trainable
from llmdl_plugins.data import Example
from llmdl_plugins.run.ledger import Ledger

from .filling import filling, marked
from .programs import Nested
from .styles import STYLES
from .test_tool_uses import evaluator


class Remembering(dspy.Module):
    """Keeps what it was asked, over two methods, and looks at what a call cost."""

    def __init__(self) -> None:
        super().__init__()
        self.say, self.asked, self.count, self.told = dspy.Predict("question -> answer"), list[str](), 0, {"q": "a"}

    def forward(self, question: str) -> Any:
        mine = [question]
        mine.append(question)
        self.count += 1
        made = self.say(question=f"{self._note(question)} {self.told['q']}")
        return dspy.Prediction(answer=made.answer, cost=dspy.settings.lm.history[-1]["cost"])

    def _note(self, question: str) -> str:
        self.asked.append(question)
        self.asked.append(question)
        return question

    def forget(self) -> None:
        self.asked.clear()


class Outer(Remembering):
    """The same, as a part of another."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Remembering()

    def forward(self, question: str) -> Any:
        return self.inner(question=question)


def test_what_is_kept_from_row_to_row_is_named_where_it_is_written() -> None:
    lines = [
        line.partition(":")[0] + line[line.index(" ", line.index(":")) :] for line in trainable(Outer()).concerns()
    ]
    assert [line.partition(":")[0].partition(",")[0] for line in sorted(lines)] == [
        "Remembering._note at test_concerns.py writes self.asked",
        "Remembering.forward at test_concerns.py reads the history of a model",
        "Remembering.forward at test_concerns.py writes self.count",
    ]


def test_programs_that_keep_nothing_are_not_named() -> None:
    assert trainable(Nested()).concerns() == []
    with dspy.context(lm=dspy.LM("m")):
        assert [line for style in STYLES.values() for line in trainable(style.program()).concerns()] == []


class Priced(dspy.Module):
    """Looks at what the model said last, in the history that DSPy writes."""

    def __init__(self) -> None:
        super().__init__()
        self.say = dspy.Predict("question -> answer")

    def forward(self, question: str) -> Any:
        made = self.say(question=question)
        return dspy.Prediction(answer=made.answer, said=dspy.settings.lm.history[-1]["outputs"][0])


def test_a_program_that_reads_the_history_of_a_model_finds_it() -> None:
    row = Example({"question": "q"}, {"answer": "none"}, "0")
    with dspy.context(lm=filling(marked)), closing(Ledger()) as ledger, evaluator(Priced(), ledger) as at:
        (rollout,) = asyncio.run(at.evaluate([{}], [row]))
    assert rollout.score == 1.0 and "[[ ## answer ## ]]" in rollout.output["said"]
