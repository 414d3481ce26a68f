"""Values that an optimizer of somebody else wants to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmdl_plugins import slots as slot_law
from llmdl_plugins.data import Example
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import digest, plain
from llmdl_plugins.run.rollout import Rollout


@dataclass(frozen=True)
class Candidate:
    """Values by name, and the train rows that they show as worked examples."""

    values: Mapping[str, Any]
    shown: Sequence[Example] = ()

    @property
    def key(self) -> str:
        """Equal for equal values."""
        return digest(plain(dict(self.values)))


@dataclass(frozen=True)
class Outcome:
    """How a candidate did on a row: score, what is wrong in words, and the run; None where it could not be tried."""

    score: float
    words: str
    rollout: Rollout | None = None


def with_slots(text: str, parameter: Parameter) -> str:
    """A proposal with the lines of the original whose slots it lost: what writes it knows nothing of slots.

    >>> with_slots("Be exact.", Parameter("Be kind.\\nTicket: {ticket}", slots=["ticket"]))
    'Be exact.\\nTicket: {ticket}'
    """
    kept = slot_law.count(slot_law.parse(text, parameter.slots))
    lost = [line for line in str(parameter.default).splitlines() if _lost(line, parameter.slots, kept)]
    return "\n".join([text, *lost]) if lost else text


def _lost(line: str, slots: Sequence[str], kept: Mapping[str, int]) -> bool:
    held = slot_law.count(slot_law.parse(line, slots))
    return bool(held) and not any(kept[name] for name in held)
