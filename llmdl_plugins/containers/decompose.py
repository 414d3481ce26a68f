"""A question in parts: each is answered by the block, then the whole with what the parts gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import at_least, outside, written
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON
from llmdl_plugins.slots import filled
from llmdl_plugins.updates import answered, asked, asking, text_of

INSTRUCTION = "Which simpler questions have to be answered first? One a line. If it is simple already, answer NONE."
FIRST = "{question}\n\nWhat is known already:\n{answers}"


class Decompose(Module):
    """state → split → inner on each part, one after the other → inner on the whole; calls: split, parts + 1 inner.

        state ─▶ split ─▶ part 1 ─▶ inner ─▶ answer 1
                          part 2 ─▶ inner ─▶ answer 2   (told answer 1)
                          whole ──▶ inner ─▶ update     (told both)

    Args:
        inner: the block that answers.
        split: reads the state and writes one key: a question a line, or NONE.
        source: the key with what inner is asked with; a text, or messages, of which the last of the user is changed.
        most: the most parts that may be chosen; what split says beyond it is not asked.
        target: the key of the answers; the messages of an update or its last key, by default.

    Raises:
        MisuseError: most is below 1, or split does not write one key.

    Source: least-to-most prompting (Zhou et al., 2023); decomposed prompting (Khot et al., 2023).
    """

    identity = MappingProxyType({"parts": 0})

    def __init__(self, inner: Module, split: Module, source: str, most: int = 4, target: str | None = None) -> None:
        inner, split = as_layer("Decompose", inner), as_layer("Decompose", split)
        top = at_least("Decompose", "most", most, 1, "a loop needs a cap, and a whole one part at least")
        self.key = written("Decompose", split)
        self.inner, self.split, self.source, self.target = inner, split, source, target
        self.reads, self.writes = outside([inner, split], source), inner.writes
        self.parts = Parameter(top, kind="choice", options=tuple(range(top + 1)), role="in how many parts it is asked")
        self.given = Parameter(FIRST, slots=("question", "answers"), role="tells the block what the parts before gave")

    def calls(self, **sizes: int) -> Calls:
        """Inner alone, or the split, inner on up to so many parts, and inner on the whole."""
        inner, parts = self.inner.calls(**sizes), self.parts.value
        return inner + (self.split.calls(**sizes) + Calls(0, parts * inner.most) if parts else Calls(0))

    def gates(self) -> Mapping[str, tuple[Parameter, Sequence[JSON]]]:
        """The split runs where there are parts."""
        return {"split": (self.parts, self.parts.options[1:])}

    async def forward(self, state: State) -> Any:
        """Inner's update on the whole."""
        if not self.parts.value:
            return await self.inner.ainvoke(state)
        answers: list[str] = []
        for part in lines(text_of(await self.split.ainvoke(state), self.key))[: self.parts.value]:
            said = text_of(await self.inner.ainvoke(self._asking(state, part, answers)), self.target)
            answers.append(f"{part} {said}")
        told = self._asking(state, asked(state, self.source), answers)
        return await answered(self.inner, told, self.source, state)

    def _asking(self, state: State, question: str, answers: list[str]) -> State:
        if not answers:
            return asking(state, self.source, question)
        return asking(state, self.source, filled(self.given.value, question=question, answers="\n".join(answers)))


def lines(said: str) -> list[str]:
    """The questions that a text lists, without their numbers; none where it says that there are none.

    >>> lines("1. Who?\\n- When?\\n\\n"), lines("NONE.")
    (['Who?', 'When?'], [])
    """
    found = [line.strip().lstrip("-*0123456789.) ").strip() for line in said.splitlines()]
    return [line for line in found if line.strip(" .").casefold() not in ("", "none")]
