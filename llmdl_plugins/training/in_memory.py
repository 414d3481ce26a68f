"""Runs that leave no folder behind: an evaluator whose ledger is in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from llmdl_plugins import boundary
from llmdl_plugins.losses.loss import Loss
from llmdl_plugins.network import Network
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.events import Told, Watcher
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.terms import Terms
from llmdl_plugins.run.tools import ToolRules


@contextmanager
def in_memory(
    network: Network,
    loss: Loss,
    meter: Meter,
    *,
    concurrency: int,
    watcher: Watcher,
    tools: ToolRules,
    terms: Terms,
) -> Iterator[Evaluator]:
    """An evaluator, and the door open for it."""
    with closing(Ledger()) as ledger, boundary.door():
        cashier = Cashier(ledger, meter, terms.sender(ledger, meter, lambda text: watcher(Told(text))))
        yield Evaluator(
            network,
            loss,
            ledger,
            cashier,
            concurrency=concurrency,
            watcher=watcher,
            tools=tools,
            seconds=terms.rollout_timeout,
        )
