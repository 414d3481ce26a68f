"""One optimizer on one simulated world: rows, budget in calls, and the exact truth of every incumbent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from llmdl_plugins.testing import Simulator
from llmdl_plugins.testing.worlds.blame import STEPS, BlameWorld
from llmdl_plugins.testing.worlds.wordings import claims
from llmdl_plugins.testing.worlds.yardstick import Shown, say_to, walked

ROWS = 60
# A rollout of the six steps makes six to eight calls, so its world has six times the calls.
CALLS = {"blame": 6}
REPORTED = 1000  # seeds from here on are for the table; optimizers, ours and others, are tuned on those below 100


@dataclass(frozen=True)
class Noted:
    """The truth of an incumbent, from a number of calls on."""

    calls: int
    truth: float
    worst: float
    precision: float | None


class Lab:
    """A world under a seed.

    Args:
        world: its skill.
        seed: of the world and of the optimizer.
        calls: budget for a world of one step.
    """

    def __init__(self, world: str, seed: int, calls: int) -> None:
        self.world, self.seed, self.calls = world, seed, calls * CALLS.get(world, 1)
        self.simulator = Simulator(skill=world, seed=seed)
        self.start = list(self.simulator.start)
        self.say = say_to(self.simulator)
        self.noted: list[Noted] = []
        self.claimed: bool | None = None  # whether the optimizer itself says that it got better
        self.note(self.start)

    @property
    def spent(self) -> int:
        """Calls so far, the teacher's included."""
        return int(self.simulator.counts["calls"])

    @property
    def over(self) -> bool:
        return self.spent >= self.calls

    def rows(self, split: str, size: int = ROWS) -> list[dict[str, Any]]:
        """Rows of a split."""
        return self.simulator.dataset(split, size)

    def run(self, prompts: Sequence[str], row: dict[str, Any]) -> list[Shown]:
        """What each step was shown and gave on a row."""
        return walked(self.simulator, prompts, row["inputs"]["question"], self.say)

    def right(self, prompts: Sequence[str], row: dict[str, Any]) -> float:
        """1.0 where the application's answer is the expected one."""
        return float(self.run(prompts, row)[-1][1] == row["expected"])

    def note(self, prompts: Sequence[str], calls: int | None = None) -> None:
        """These prompts are the incumbent from now on."""
        world = self.simulator.world
        worst = min(world.kind_scores(prompts))
        spent = self.spent if calls is None else calls
        self.noted.append(Noted(spent, world.true_score(prompts), worst, self._precision(prompts)))

    def result(self) -> dict[str, Any]:
        """The area under the curve of truth over calls, and where it ends; what came after the budget doesn't count."""
        curve = [n for n in self.noted if n.calls <= self.calls]
        ends = [*(n.calls for n in curve[1:]), self.calls]
        area = sum(n.truth * (end - n.calls) for n, end in zip(curve, ends, strict=True)) / self.calls
        last = curve[-1]
        return {
            "seed": self.seed,
            "area": area,
            "final": last.truth,
            "worst": last.worst,
            "precision": last.precision,
            "claimed": self.claimed,
            "spent": self.spent,
            "budget": self.calls,
            "curve": [[n.calls, round(n.truth, 4)] for n in curve],
        }

    def _precision(self, prompts: Sequence[str]) -> float | None:
        """Of the rules in the prompts, the share at the step that needs them; None without a rule."""
        world = self.simulator.world
        if not isinstance(world, BlameWorld):
            return None
        placed = [(step, claim) for step, text in zip(STEPS, prompts, strict=True) for claim in claims(text)]
        if not placed:
            return None
        return sum(world.owner(claim.kind) == step for step, claim in placed) / len(placed)
