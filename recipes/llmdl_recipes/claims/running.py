"""Arms are run on the ledger of the study: what was paid for once is not paid for again, after a kill neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.data import Example
from llmdl_plugins.losses.loss import resolve
from llmdl_plugins.network import Network
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.events import Watcher, silent
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.terms import Terms
from llmdl_plugins.run.tools import ToolRules
from llmdl_plugins.training.evaluating import evaluating


@dataclass(frozen=True)
class Rung:
    """A model that arms are measured on.

    Args:
        name: what it is called in tables.
        model: the model.
        folder: where its answers are kept.
        concurrency: calls under way at once.
        watcher: is told how it goes.
    """

    name: str
    model: BaseChatModel
    folder: Path
    concurrency: int = 8
    watcher: Watcher = silent

    def running(self, network: Network) -> AbstractAsyncContextManager[Evaluator]:
        """An evaluator on the ledger of the folder, and the door open for it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        given: dict[str, Any] = {"concurrency": self.concurrency, "watcher": self.watcher, "terms": Terms()}
        ledger = self.folder / "ledger.db"
        return evaluating(network, resolve("exact_match"), Meter(Budget()), tools=ToolRules(), path=ledger, **given)


async def outcomes(evaluator: Evaluator, values: Mapping[str, Any], rows: Sequence[Example]) -> dict[str, Any]:
    """What a `Measured` holds of a candidate: scores, calls, tokens, seconds."""
    return _told(await evaluator.evaluate([values], rows, tapes=False))


def _told(rollouts: Sequence[Rollout]) -> dict[str, Any]:
    """A fault on the way to the model is no score: the evaluator ends a run with many, and a few are left out."""
    receipts = [r.receipts for r in rollouts]
    return {
        "scores": [None if r.status == "infrastructure error" else round(r.score, 4) for r in rollouts],
        "calls": fmean(len(used) for used in receipts),
        "tokens": fmean(
            sum(sum((one.tokens or {}).get(k, 0) for k in ("input", "output")) for one in used) for used in receipts
        ),
        "seconds": round(fmean(sum(one.seconds for one in used) for used in receipts), 4),
        "about": {},
    }
