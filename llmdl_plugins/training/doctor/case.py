"""What the doctor is asked about: the same things that a run would be given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.losses.loss import Loss
from llmdl_plugins.network import Network
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.prices import Prices
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.terms import Terms
from llmdl_plugins.run.tools import ToolRules
from llmdl_plugins.splits import Splits
from llmdl_plugins.training.finding import Finding, Shape


@dataclass(frozen=True)
class Case:
    """An application, its rows, and how it is to be trained.

    Args:
        network: the application, as its source tells it.
        rows: every row of every file.
        splits: None where they can't be made; `unsplit` says why.
        teacher: a chat model, or None.
        budget: that of the run to come; the doctor's own is `calls`.
        calls: how many model calls the doctor may make.
        shape: freezes and unfreezes what the user says.
    """

    network: Network
    loss: Loss
    rows: Sequence[Example]
    splits: Splits | None
    optimizer: Optimizer
    unsplit: str = ""
    teacher: Any = None
    budget: Budget = field(default_factory=Budget)
    prices: Prices = field(default_factory=Prices)
    tools: ToolRules = field(default_factory=ToolRules)
    terms: Terms = field(default_factory=Terms)
    concurrency: int = 8
    seed: int = 0
    calls: int = 0
    shape: Shape = lambda network: None

    def shown(self, rollouts: Sequence[Rollout] = ()) -> Case:
        """The case with the network that these runs of the untouched application show, as a run finds it."""
        finding = Finding(self.network, self.shape, {}, rows=len(rollouts))
        return replace(self, network=finding.shown(rollouts).network())

    @property
    def train(self) -> Sequence[Example]:
        """The rows that may be run: those that training sees, never val or test."""
        return self.splits.train if self.splits else list(self.rows)

    @property
    def trained(self) -> list[str]:
        """The names of the trainable parameters."""
        return [name for name, p in self.network.named_parameters().items() if p.trainable]
