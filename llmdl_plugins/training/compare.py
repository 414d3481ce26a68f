"""Scores of an application on given rows, alone or against candidate values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from statistics import fmean
from types import MappingProxyType
from typing import Any

from llmdl_plugins import sync
from llmdl_plugins.data import Dataset
from llmdl_plugins.figures import chance, percent, points
from llmdl_plugins.losses.loss import Loss
from llmdl_plugins.network import Network
from llmdl_plugins.plain import plain
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.events import Watcher, silent
from llmdl_plugins.run.executor import Executor
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.models import chat_model
from llmdl_plugins.run.origin import Origin
from llmdl_plugins.run.rollout import Rollout, Wanted
from llmdl_plugins.run.terms import Terms
from llmdl_plugins.run.tools import ToolRules
from llmdl_plugins.run.under_way import frozen_heap
from llmdl_plugins.training.evaluating import evaluating
from llmdl_plugins.training.sealed import Sealed, judge

_OTHER = "another model"


@dataclass(frozen=True)
class Figures:
    """Mean score on the rows, what failed, and the paired comparison where there was one."""

    rows: int
    score: float
    statuses: Mapping[str, int]
    paired: Sealed | None
    calls: int
    first_error: str = ""

    def json(self) -> dict[str, Any]:
        """The figures as plain JSON."""
        return dict(plain(self))  # type: ignore[arg-type]

    def __str__(self) -> str:
        failed = ", ".join(f"{n} {status}" for status, n in self.statuses.items() if status != "scored")
        lines = [f"{percent(self.score)} on {self.rows} rows, {self.calls} calls" + (f" ({failed})" if failed else "")]
        if self.first_error:
            lines.append(f"first error: {self.first_error}")
        if self.paired:
            low, high = self.paired.interval
            lines.append(
                f"before {percent(self.paired.before)} → after {percent(self.paired.after)}, "
                f"difference {points(self.paired.gain)} ({points(low)} to {points(high)}), p {chance(self.paired.p)}"
            )
        return "\n".join(lines)


def compare(
    network: Network,
    loss: Loss,
    rows: Dataset,
    values: Mapping[str, Any],
    moved: Mapping[str, Any] = MappingProxyType({}),
    *,
    concurrency: int = 8,
    watcher: Watcher = silent,
    tools: ToolRules = ToolRules(),  # noqa: B008 - frozen
    terms: Terms = Terms(),  # noqa: B008 - frozen
    executor: Executor | None = None,
    origin: Origin | None = None,
) -> Figures:
    """The application on the rows; with values, both sides interleaved and compared in pairs.

    Args:
        moved: values that hold on both sides, such as another model.
        executor: where rows are run; in this process, if not given.
        origin: how workers make the same application and the same loss.
    """
    meter = Meter(Budget())
    opened = evaluating(
        network,
        loss,
        meter,
        concurrency=concurrency,
        watcher=watcher,
        tools=tools,
        terms=terms,
        executor=executor,
        origin=origin,
    )
    sides = [moved, {**moved, **values}] if values else [moved]
    wanted = [Wanted(side, row, f"eval/{n}", "eval/0") for row in rows for n, side in enumerate(sides)]
    return _figures(sync.run(_all(opened, wanted)), len(sides), meter.spent.calls)


async def _all(opened: AbstractAsyncContextManager[Evaluator], wanted: Sequence[Wanted]) -> list[Rollout]:
    async with opened as evaluator:
        with frozen_heap():
            return await evaluator.all(wanted, "eval", tapes=False)


def transferred(network: Network, model: Any) -> dict[str, str]:
    """The values with which another model answers every call of the application.

    Args:
        model: a chat model, or `provider:name`.

    Raises:
        MisuseError: the application has no nodes whose model could be chosen, or there is no such model.
    """
    other = chat_model(model)
    if not network.nodes():
        network.offer("model", {_OTHER: other})
    offered = [f"{node}/model" for node in network.nodes()]
    for name in offered:
        network.offer(name, {_OTHER: other})
    return dict.fromkeys(offered, _OTHER)


def _figures(rollouts: Sequence[Rollout], sides: int, calls: int) -> Figures:
    last = rollouts[sides - 1 :: sides]
    scored = [r.score for r in last if r.status != "infrastructure error"]
    paired = judge(list(zip(rollouts[::2], rollouts[1::2], strict=True))) if sides == 2 else None
    errors = [r.words for r in last if r.status != "scored"]
    mean = fmean(scored) if scored else 0.0
    return Figures(len(last), mean, Counter(r.status for r in last), paired, calls, *errors[:1])
