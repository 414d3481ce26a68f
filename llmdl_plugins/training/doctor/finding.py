"""One thing that the doctor found: how it stands, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from llmdl_plugins.plain import plain

State = Literal["ok", "!!", "??"]
_WIDE = 12


@dataclass(frozen=True)
class Finding:
    """One line of a diagnosis.

    Args:
        area: what it is about: "data", "power", "noise" …
        state: "ok", "!!" where something is to be done first, "??" where it can't be told yet.
        todo: what to do.
        figures: the numbers behind the words.
    """

    area: str
    state: State
    words: str
    todo: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.state}  {self.area.ljust(_WIDE)} {self.words}" + (f" → {self.todo}" if self.todo else "")


@dataclass(frozen=True)
class Diagnosis:
    """All that was found, and what finding it took."""

    findings: Sequence[Finding]
    spent: Mapping[str, Any]

    @property
    def is_fine(self) -> bool:
        """Whether nothing is to be done first."""
        return all(f.state != "!!" for f in self.findings)

    def json(self) -> dict[str, Any]:
        """The same as plain JSON."""
        return {"fine": self.is_fine, "findings": [plain(f) for f in self.findings], "spent": plain(self.spent)}

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings))
