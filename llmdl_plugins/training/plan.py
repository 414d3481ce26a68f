"""A run to come: how often it will run the application and ask the teacher, as far as that can be known before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from llmdl_plugins.door.asked import described
from llmdl_plugins.door.calls import model_of
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.screen import MOST
from llmdl_plugins.run.work import Range, Size, Work
from llmdl_plugins.training.probe import PROBES
from llmdl_plugins.training.recorded import Recorded, recorded
from llmdl_plugins.training.setup import Setup

SPREAD = 1.5


@dataclass(frozen=True)
class Plan:
    """What an estimate is made of.

    Args:
        test: rows of the sealed test.
        steps: nodes with something to train; without a record each is taken for a call.
        known: what an earlier run in the same folder took, if there was one.
    """

    optimizer: Optimizer
    size: Size
    test: int
    steps: int
    budget: Budget
    known: Recorded | None

    @classmethod
    def of(cls, setup: Setup) -> Plan:
        """The plan of a run; its folder is read, and nothing is written or sent."""
        teacher = model_of(described(setup.teacher)) if setup.teacher is not None else None
        known = recorded(setup.folder.path, setup.prices, teacher) if setup.folder else None
        trained = [n for n, p in setup.network.named_parameters().items() if p.trainable]
        chosen = [n for n in trained if n.endswith("/chosen")]
        size = Size(len(setup.splits.train), min(len(setup.splits.val), MOST), len(trained), len(chosen))
        steps = len({n.rpartition("/")[0] for n in trained})
        return cls(setup.optimizer, size, len(setup.splits.test), steps, setup.budget, known)

    def training(self) -> tuple[Work, str]:
        """What training takes, and what that rests on."""
        known, whole = self.known, self._whole
        if known is None:
            wide = self.optimizer.expected(replace(self.size, wrong=0.5))
            return wide, (
                "unmeasured: nothing is recorded. A run that is stopped after its first rows measures (--folder)"
            )
        if whole is None:
            return self.optimizer.expected(replace(self.size, wrong=known.wrong)), (
                f"measured on {known.rollouts} recorded runs of the application; how long training goes on is a guess"
            )
        tested = 2 * int(whole["test_size"]) if whole["before"] is not None else 0
        scale = self._scale(known)
        rollouts = max(0, known.rollouts - tested - PROBES) * scale
        return (
            Work(_around(rollouts), _around(known.taught * scale)),
            f"measured on a whole run of {known.calls} calls",
        )

    def sealed(self) -> Range:
        """Runs for both sides of the sealed test, which is opened only if a proposal is accepted."""
        runs, whole = 2 * self.test, self._whole
        return Range(0, 0 if whole and whole["before"] is None else runs, runs)

    @property
    def _whole(self) -> Mapping[str, Any] | None:
        """How the recorded run ended, where it was one of this optimizer whose training came to its end."""
        known = self.known
        return known.outcome if known and known.config.get("optimizer") == self.optimizer.name else None

    def _scale(self, known: Recorded) -> float:
        """How much larger this training set is than the recorded one."""
        rows = sum(len(known.config.get("splits", {}).get(name, ())) for name in ("train", "val"))
        return (self.size.train + self.size.val) / rows if rows else 1.0


def _around(value: float) -> Range:
    return Range(value / SPREAD, value, value * SPREAD)
