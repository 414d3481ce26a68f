"""A move: new texts of some parameters, and what a run remembers of those that were tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from llmdl_plugins.optimizers.edits import Edit, edits, holds


@dataclass(frozen=True)
class Move:
    """New texts by name, each with the edits that make it out of the incumbent's."""

    texts: Mapping[str, str]
    edits: Mapping[str, Sequence[Edit]]

    @property
    def what(self) -> str:
        """The move in words, for the report."""
        gone = [e.words for made in self.edits.values() for e in made if not e.new]
        if len(gone) == 1 and all(not e.new for made in self.edits.values() for e in made):
            return f"without a sentence of {', '.join(self.texts)}: {gone[0]}"
        return f"new text for {', '.join(sorted(self.texts))}"

    def same(self, other: Move) -> bool:
        """Whether this is the other move in other words."""
        return set(self.texts) == set(other.texts) and all(
            _within(self.edits[n], other.edits[n]) and _within(other.edits[n], self.edits[n]) for n in self.texts
        )


def move(old: Mapping[str, str], new: Mapping[str, str]) -> Move:
    """The move from some texts to others."""
    return Move(dict(new), {name: edits(old[name], text) for name, text in new.items()})


def merged(moves: Iterable[Move]) -> Move:
    """All of these moves at once; they are about different parameters."""
    texts: dict[str, str] = {}
    made: dict[str, Sequence[Edit]] = {}
    for one in moves:
        texts |= one.texts
        made |= one.edits
    return Move(texts, made)


def _within(few: Sequence[Edit], many: Sequence[Edit]) -> bool:
    return all(any(bool(e.new) == bool(o.new) and holds([o.words], e.words) for o in many) for e in few)
