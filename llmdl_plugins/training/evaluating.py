"""Evaluators: one for a job, and one beside the trainer's, whose ledger is in memory or where it is said to be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from llmdl_plugins.door import boundary
from llmdl_plugins.losses.loss import Loss
from llmdl_plugins.network import Network
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.events import Told, Watcher
from llmdl_plugins.run.executor import Executor, InProcess, Job
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.origin import Origin
from llmdl_plugins.run.terms import Terms
from llmdl_plugins.run.tools import ToolRules
from llmdl_plugins.training.draining import GRACE, grounded


@asynccontextmanager
async def served(
    job: Job, ledger: Ledger, watcher: Watcher, tools: ToolRules, executor: Executor
) -> AsyncIterator[Evaluator]:
    """What runs candidates on examples, as long as its executor is open."""
    async with executor.opened(job) as attempts:
        yield Evaluator(
            job.network,
            job.loss,
            ledger,
            job.cashier,
            concurrency=job.concurrency,
            watcher=watcher,
            tools=tools,
            attempts=attempts,
        )


@asynccontextmanager
async def evaluating(
    network: Network,
    loss: Loss,
    meter: Meter,
    *,
    concurrency: int,
    watcher: Watcher,
    tools: ToolRules,
    terms: Terms,
    executor: Executor | None = None,
    origin: Origin | None = None,
    path: Path | None = None,
) -> AsyncIterator[Evaluator]:
    """An evaluator, and the door open for it; where its runs are cancelled, calls under way come home and are kept.

    Args:
        executor: where rows are run; in this process, if not given.
        origin: how another process makes the same application and the same loss.
        path: the file of the ledger, which stays; it is in memory, if not given.
    """
    with closing(Ledger(path)) as ledger, boundary.door():
        cashier = Cashier(ledger, meter, terms.sender(ledger, meter, lambda text: watcher(Told(text))))
        made_by = origin or Origin({}, loss)
        job = Job(network, loss, cashier, made_by, concurrency, terms.rollout_timeout)
        async with served(job, ledger, watcher, tools, executor or InProcess()) as evaluator:
            try:
                yield evaluator
            finally:
                await grounded(cashier.flying.values(), GRACE)
                await cashier.drain()
