"""What a run of the optimizer remembers beyond its incumbent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from llmdl_plugins.optimizers.edits import applied, edits, holds, pieces
from llmdl_plugins.optimizers.moves import Move
from llmdl_plugins.optimizers.trials import Cut
from llmdl_plugins.run.feedback import FailureMode, Feedback, alike
from llmdl_plugins.run.rollout import Rollout

_REMEMBERED = 200


@dataclass
class Memory:
    """What a run knows beyond its incumbent.

    Args:
        rejected: moves that did not help; a new incumbent makes them worth another try.
        harmful: sentences without which it was better; they stay out for good.
        said: feedback of earlier rounds.
    """

    rejected: list[Move] = field(default_factory=list)
    harmful: dict[str, list[str]] = field(default_factory=dict)
    said: list[Feedback] = field(default_factory=list)

    def reject(self, tried: Move) -> None:
        """It did not help."""
        self.rejected.append(tried)

    def accept(self, cut: Cut | None) -> None:
        """A move is in force, and better without the sentence that was cut."""
        self.rejected.clear()
        if cut:
            self.harmful.setdefault(cut.name, []).append(cut.sentence)

    def with_earlier(self, found: Sequence[Feedback], right: Sequence[Rollout]) -> list[Feedback]:
        """Momentum: what was said of rows that are not known to be right by now still counts."""
        passed = {r.example.id for r in right}
        self.said = [*found, *(f for f in self.said if f.example not in passed)][:_REMEMBERED]
        return self.said

    def was_tried(self, proposed: Move) -> bool:
        """Whether this did not help before, in these words or in others."""
        return any(proposed.same(one) for one in self.rejected)

    def open(self, name: str, text: str, modes: Sequence[FailureMode]) -> list[FailureMode]:
        """The failure modes that ask neither for what is in the text already nor for what is harmful."""
        there = [p.strip() for p in pieces(text)]
        return [m for m in modes if not (holds(there, m.words) or holds(self.harmful.get(name, ()), m.words))]

    def allowed(self, name: str, old: str, new: str, most: int, worth: Mapping[str, int]) -> str:
        """What of a new text may be tried: no harmful sentence, and so many edits at most.

        Args:
            worth: how many examples asked for a sentence; those most asked for come first.
        """
        harmful = self.harmful.get(name, ())
        made = [e for e in edits(old, _once(new)) if not (e.new and holds(harmful, e.new))]
        asked = sorted(made, key=lambda e: -max((n * alike(s, e.words) for s, n in worth.items()), default=0.0))
        return applied(old, [e for e in made if e in asked[:most]])


def _once(text: str) -> str:
    """The text without a sentence that it has already."""
    whole = pieces(text)
    same = [p.strip() for p in whole]
    return "".join(p for n, p in enumerate(whole) if len(same[n]) < 3 or same[n] not in same[:n])
