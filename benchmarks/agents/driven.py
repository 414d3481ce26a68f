"""A graph that runs each of the agent's runs under that run's own conditions, whoever calls it."""

from __future__ import annotations

import asyncio
import copy
import uuid
import warnings
from collections.abc import Sequence
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.pregel import Pregel
from langgraph.store.memory import InMemoryStore
from langgraph.types import Command
from scripted import Script, playing
from spec import Run

LONGEST = 60  # seconds a run


class Log:
    """What the runs sent, and how they failed, since it was last taken."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.failures: list[str] = []

    def take(self) -> tuple[list[dict[str, Any]], list[str]]:
        """Calls and failures so far; the log is empty then."""
        taken = self.calls, self.failures
        self.calls, self.failures = [], []
        return taken


class Driven:
    """Comes before the graph's own class: its `ainvoke` puts the run in force that these inputs belong to."""

    runs: Sequence[Run]
    log: Log

    async def ainvoke(self, inputs: Any, config: Any = None, **kwargs: Any) -> Any:
        """One run of the agent, interrupts answered; a failure is noted, as a graph that ends early is still a run."""
        number = next((n for n, run in enumerate(self.runs) if _same(run.inputs, inputs)), None)
        if number is None:
            return await super().ainvoke(inputs, config, **kwargs)  # type: ignore[misc]
        with playing(Script(self.runs[number].answers)) as script:
            try:
                return await asyncio.wait_for(self._run(self.runs[number], config, kwargs), LONGEST)
            except Exception as failure:
                self.log.failures.append(f"run {number}: {type(failure).__name__}: {str(failure)[:200]}")
                return {}
            finally:
                self.log.calls += [{"run": number, **call} for call in script.calls]

    async def _run(self, run: Run, config: Any, kwargs: dict[str, Any]) -> Any:
        ours = self._config(run, config)
        if getattr(self, "context_schema", None) is not None and run.context is not None:
            kwargs = {"context": dict(run.context), **kwargs}
        for namespace, key, value in run.stored:
            await self.store.aput(namespace, key, dict(value))  # type: ignore[attr-defined]
        start = super().ainvoke  # type: ignore[misc]
        output = await start(copy.deepcopy(run.inputs), ours, **kwargs)
        for answer in run.resume:
            state = await self.aget_state(ours)  # type: ignore[attr-defined]
            if not state.next:
                break
            if any(task.interrupts for task in state.tasks):
                output = await start(Command(resume=answer), ours, **kwargs)
            else:
                if answer is not None:
                    await self.aupdate_state(ours, answer)  # type: ignore[attr-defined]
                output = await start(None, ours, **kwargs)
        return output

    def _config(self, run: Run, config: Any) -> dict[str, Any]:
        given = dict(config or {})
        held = {"thread_id": uuid.uuid4().hex, **run.configurable, **given.get("configurable", {})}
        return {**given, "configurable": held, "recursion_limit": run.limit}


def _same(one: Any, other: Any) -> bool:
    try:
        return one is other or bool(one == other)
    except Exception:
        return False


def driven(graph: Any, runs: Sequence[Run]) -> Any:
    """The graph as a driven one: with a store, and with a checkpointer where a run is resumed."""
    kind = type(graph)
    ours = type(kind.__name__, (Driven, kind), {"runs": tuple(runs), "log": Log(), "__module__": kind.__module__})
    held: dict[str, Any] = {key: value for key, value in vars(graph).items() if key != "__orig_class__"}
    if isinstance(graph, Pregel):
        held["store"] = held.get("store") or InMemoryStore()
        if held.get("checkpointer") is None and any(run.resume for run in runs):
            held["checkpointer"] = InMemorySaver()
    return ours(**held)


async def run_all(graph: Any) -> None:
    """Every run, one after the other, as the agent's own user would."""
    warnings.simplefilter("ignore")
    for run in graph.runs:
        await graph.copy(update=_fresh(graph)).ainvoke(run.inputs)


def _fresh(graph: Any) -> dict[str, Any]:
    kept: dict[str, Any] = {"store": InMemoryStore(), "cache": None}
    return kept | ({"checkpointer": InMemorySaver()} if graph.checkpointer else {})
