"""A graph's run as steps of a tape, from public callbacks and metadata."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langgraph.errors import GraphBubbleUp, ParentCommand

from llmdl_langgraph.graph_run import GraphRun, once
from llmdl_langgraph.updates import sends, update
from llmdl_langgraph.where import Where, namespace, where
from llmdl_plugins import tape
from llmdl_plugins.effects import guard
from llmdl_plugins.plain import plain
from llmdl_plugins.tape import Step, Tape, ToolCall


class _Running(NamedTuple):
    """A callback run inside a step; `is_node` where it is the node itself."""

    step: Step
    at: Where
    is_node: bool


class Recorder(BaseCallbackHandler):
    """Writes node executions, their tools and their errors on a tape.

    Args:
        recorded: the tape of this run.
    """

    run_inline = True  # in the order of events, and in the context of whoever causes them
    ignore_llm = ignore_chat_model = ignore_retriever = True  # the door notes model calls

    def __init__(self, recorded: Tape) -> None:
        self.tape = recorded
        self._steps: dict[str, Step] = {}
        self._graphs: dict[str, GraphRun] = {}
        self._running: dict[UUID, _Running] = {}
        self._tools: dict[UUID, ToolCall] = {}
        self._numbers: dict[tuple[int, str], dict[tuple[str, int], int]] = defaultdict(dict)

    def locate(self) -> Step | None:
        """The step that this code is part of."""
        return self._steps.get(namespace())

    def on_chain_start(
        self,
        serialized: Any,
        inputs: Any,
        *,
        run_id: UUID,
        metadata: Mapping[str, Any] | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Open a step where a node begins; a retry goes on in the step that failed."""
        if (at := where(metadata)) is None:
            return
        known = self._steps.get(at.namespace)
        begins = name == at.node and (known is None or known.error is not None)
        step = self._opened(at, inputs) if known is None and begins else known
        if step is not None:
            step.error = None if begins else step.error
            self._running[run_id] = _Running(step, at, begins)

    def _opened(self, at: Where, inputs: Any) -> Step:
        parent = tape.current_step()
        graph = self._graphs.get(at.graph) or self._graphs.setdefault(at.graph, GraphRun(parent))
        number, fed_by = self._number(at, parent), graph.feeders(at, inputs)
        step = self._steps[at.namespace] = self.tape.start(at.node, inputs, parent, number=number, fed_by=fed_by)
        return step

    def _number(self, at: Where, parent: Step | None) -> int:
        # Sends of one super-step start in any order: their own index counts, on top of all earlier super-steps.
        used = self._numbers[id(parent), at.node]
        now = (at.graph, at.superstep)
        number = max((top + 1 for when, top in used.items() if when != now), default=0) + (at.send or 0)
        used[now] = max(used.get(now, 0), number)
        return number

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """Close the step of a node; note whom the node or its branch sends to."""
        if (running := self._running.pop(run_id, None)) is None:
            return
        graph = self._graphs[running.at.graph]
        for node in sends(outputs):
            graph.sent(running.step, node, running.at.superstep)
        if running.is_node:
            self._closed(running, outputs)

    def _closed(self, running: _Running, outputs: Any) -> None:
        running.step.outputs = update(outputs)
        self._graphs[running.at.graph].wrote(running.step, running.at.superstep)
        inner = [step for graph in self._graphs.values() if graph.inside is running.step for step in graph.last()]
        running.step.fed_by = once([*running.step.fed_by, *inner])

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """Note why a node failed; a command to the graph above and an interrupt are no failures."""
        if isinstance(error, ParentCommand):
            self.on_chain_end(error.args[0], run_id=run_id)
        elif (running := self._running.pop(run_id, None)) and running.is_node and not isinstance(error, GraphBubbleUp):
            running.step.error = repr(error)

    def on_tool_start(
        self,
        serialized: Mapping[str, Any] | None,
        input_str: str,
        *,
        run_id: UUID,
        metadata: Mapping[str, Any] | None = None,
        inputs: Any = None,
        **kwargs: Any,
    ) -> None:
        """Note a tool call."""
        name = (serialized or {}).get("name", "")
        guard.tool_started(name)
        at = where(metadata)
        if at and (step := self._steps.get(at.namespace)):
            call = ToolCall(name, plain(inputs if inputs is not None else input_str))
            step.tools.append(call)
            self._tools[run_id] = call

    def on_tool_end(self, output: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """Note what a tool gave back."""
        guard.tool_ended()
        if call := self._tools.pop(run_id, None):
            call.answer = plain(output)

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """Note why a tool failed."""
        guard.tool_ended()
        if call := self._tools.pop(run_id, None):
            call.error = repr(error)
