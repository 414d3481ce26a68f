"""What a run of the optimizer remembers beyond its incumbent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from llmdl_plugins.optimizers.edits import applied, edits, holds, pieces
from llmdl_plugins.optimizers.moves import Move
from llmdl_plugins.optimizers.parts import Part
from llmdl_plugins.optimizers.sifting import Sifted
from llmdl_plugins.optimizers.standing import Clash
from llmdl_plugins.optimizers.trials import Cut
from llmdl_plugins.optimizers.well import well
from llmdl_plugins.run.feedback import FailureMode, alike
from llmdl_plugins.run.rollout import Rollout

_DOUBTS = 3


@dataclass
class Memory:
    """What a run knows beyond its incumbent.

    Args:
        rejected: moves that did not help; a new incumbent makes them worth another try.
        pending: texts that are better on train rows, and not surely on val rows: what comes next builds on them.
        doubts: moves in a row that did not help.
        idle: sentences that repaired no row that asked for them; a new incumbent makes them worth another try.
        vain: sentences in force that failing rows asked for last.
        barred: sentences that undo what others repair, or without which it was better; where nothing moves they may be
            worth it after all.
        witnesses: a train row that each sentence repaired, by the sentence.
        exploring: whether what is built on is worse for now, since sentences had to go for one that they undid.
        explored: sentences that went in vain; a new incumbent makes that worth another try.
        best: the highest score of a train row so far.
        met: in how many batches each row was.
    """

    rejected: list[Move] = field(default_factory=list)
    idle: dict[str, list[str]] = field(default_factory=dict)
    vain: list[Part] = field(default_factory=list)
    barred: dict[str, list[str]] = field(default_factory=dict)
    pending: dict[str, str] = field(default_factory=dict)
    doubts: int = 0
    witnesses: dict[str, str] = field(default_factory=dict)
    exploring: bool = False
    explored: list[str] = field(default_factory=list)
    best: float = 0.0
    met: Counter[str] = field(default_factory=Counter)

    def reject(self, tried: Move) -> None:
        """It did not help."""
        self.doubts += 1
        self.rejected.append(tried)

    @property
    def doubtful(self) -> bool:
        """Whether nothing helped for a while, so that what it was built on is to be accepted or given up."""
        return self.doubts >= _DOUBTS

    def build_on(self, texts: Mapping[str, str]) -> None:
        """What comes next begins with these texts, beyond the incumbent's."""
        self.pending, self.doubts, self.exploring = dict(texts), 0, False

    def explore(self, texts: Mapping[str, str], found: Clash) -> None:
        """What comes next begins without what gave way, for a few rounds, though it is worse by then."""
        self.build_on(texts)
        self.exploring = True
        self.witnesses[found.new] = found.row  # else what gave way comes back in other words
        self.barred.setdefault(found.name, []).extend(found.gone)
        self.explored.extend(found.gone)

    def go_on(self, texts: Mapping[str, str]) -> None:
        """A step further from there, which val rows do not like yet."""
        self.pending = dict(texts)
        self.doubts += 1

    def well(self, told: Sequence[Rollout]) -> float:
        """The score from which on a row went well."""
        self.best = max([self.best, *(r.score for r in told)])
        return well(self.best)

    def watched(self, texts: Mapping[str, str]) -> frozenset[str]:
        """The rows that show what the sentences of these texts are good for."""
        standing = {p.strip() for text in texts.values() for p in pieces(text)}
        return frozenset(row for sentence, row in self.witnesses.items() if sentence in standing)

    def learn(self, kept: Sifted) -> None:
        """What came out about single edits."""
        self.witnesses.update(kept.shown)
        for parts, out in ((kept.idle, self.idle), (kept.undoing, self.barred)):
            for part in parts:
                if part.edit.new:
                    out.setdefault(part.name, []).append(part.edit.words)

    def accept(self, cut: Cut | None) -> None:
        """A move is in force, and better without the sentence that was cut."""
        self.build_on({})
        self.rejected.clear()
        self.idle.clear()
        self.explored.clear()
        if cut:
            self.barred.setdefault(cut.name, []).append(cut.sentence)

    def was_tried(self, proposed: Move) -> bool:
        """Whether this did not help before, in these words or in others."""
        return any(proposed.same(one) for one in self.rejected)

    def again(self) -> None:
        """What did not help by itself may help in company."""
        self.idle.clear()
        if not self.exploring:
            self.barred.clear()

    def open(self, name: str, text: str, modes: Sequence[FailureMode]) -> list[FailureMode]:
        """The failure modes that ask neither for what is in the text already nor for what stays out."""
        known = [*(p.strip() for p in pieces(text)), *self._out(name)]
        return [m for m in modes if not holds(known, m.words)]

    def allowed(self, name: str, old: str, new: str, most: int, worth: Mapping[str, int]) -> str:
        """What of a new text may be tried: none that stays out, and so many edits at most.

        Args:
            worth: how many examples asked for a sentence; those most asked for come first.
        """
        made = [e for e in edits(old, _once(new)) if not (e.new and holds(self._out(name), e.new))]
        asked = sorted(made, key=lambda e: -max((n * alike(s, e.words) for s, n in worth.items()), default=0.0))
        return applied(old, [e for e in made if e in asked[:most]])

    def _out(self, name: str) -> list[str]:
        return [*self.idle.get(name, ()), *self.barred.get(name, ())]


def _once(text: str) -> str:
    """The text without a sentence that it has already."""
    whole = pieces(text)
    same = [p.strip() for p in whole]
    return "".join(p for n, p in enumerate(whole) if len(same[n]) < 3 or same[n] not in same[:n])
