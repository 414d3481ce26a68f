"""A run at work, small: a network of one prompt on a simulated model, its ledger, meter and evaluator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import stamina
from langchain_core.language_models import BaseChatModel

from llmdl_plugins.data import Example
from llmdl_plugins.door import boundary
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.loading import load
from llmdl_plugins.losses.loss import resolve
from llmdl_plugins.network import Network, trainable
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.rollout import Rollout, Values
from llmdl_plugins.testing import Simulator


@dataclass
class Desk:
    """One process of a run."""

    evaluator: Evaluator
    ledger: Ledger
    meter: Meter

    async def evaluate(self, candidates: Sequence[Values], examples: Sequence[Example], **kwargs: Any) -> list[Rollout]:
        with boundary.door():
            try:
                return await self.evaluator.evaluate(candidates, examples, **kwargs)
            finally:
                await self.evaluator.cashier.drain()


OpenDesk = Callable[..., Desk]


@pytest.fixture
def desk(ledger: Ledger) -> OpenDesk:
    def opened(
        app: Network | BaseChatModel, loss: Any = "exact_match", budget: str | None = None, **kwargs: Any
    ) -> Desk:
        network = app if isinstance(app, Network) else trainable(Prompt(app, "Answer.", "question", "answer"))
        held = kwargs.pop("ledger", ledger)
        meter = Meter(Budget.parse(budget))
        return Desk(Evaluator(network, resolve(loss), held, Cashier(held, meter), **kwargs), held, meter)

    return opened


@pytest.fixture
def rows() -> Callable[[int], Sequence[Example]]:
    return lambda n: load(Simulator().dataset("train", n))


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries as ever, without the pauses."""
    with stamina.set_testing(True, attempts=4, cap=True):
        yield
