"""A graph's run as steps of a tape, from public callbacks and metadata."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langgraph.errors import GraphBubbleUp, ParentCommand

from llmdl_langgraph.running.graph_run import GraphRun, once
from llmdl_langgraph.running.updates import sends, update
from llmdl_langgraph.running.where import Where, namespace, where
from llmdl_plugins import tape
from llmdl_plugins.door import uses
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

    run_inline = never_waits = True  # in the order of events, and in the context of whoever causes them
    ignore_llm = ignore_chat_model = True  # the door notes model calls

    def __init__(self, recorded: Tape) -> None:
        self.tape = recorded
        self._steps: dict[str, Step] = {}
        self._graphs: dict[str, GraphRun] = {}
        self._running: dict[int, _Running] = {}  # by the number of the id, which is quick to hash
        self._tools: dict[UUID, ToolCall] = {}
        self._paused: set[str] = set()
        self._numbers: dict[tuple[int, str], dict[tuple[str, int], int]] = defaultdict(dict)

    def locate(self) -> Step | None:
        """The step that this code is part of."""
        at = namespace()
        return self._steps.get(at) or self._around(at)

    def _around(self, at: str) -> Step | None:
        # A graph that is called without these callbacks takes no steps of its own: it is part of the step around it.
        while at and at not in self._steps:
            at = at.rpartition("|")[0]
        return self._steps.get(at)

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
        """Open a step where a node begins; a retry goes on in the step that failed, a resumed node in its own."""
        if (at := where(metadata)) is None:
            return
        known = self._steps.get(at.namespace)
        begins = name == at.node and (known is None or known.error is not None or at.namespace in self._paused)
        if begins:
            self._paused.discard(at.namespace)
        step = self._opened(at, inputs) if known is None and begins else known
        if step is not None:
            step.error = None if begins else step.error
            self._running[run_id.int] = _Running(step, at, begins)

    def _opened(self, at: Where, inputs: Any) -> Step:
        if (graph := self._graphs.get(at.graph)) is None:
            graph = self._graphs[at.graph] = GraphRun(tape.current_step())
        parent = tape.current_step() if at.called else graph.inside  # a task may be called inside a layer
        tool = uses.within(parent.path) if parent else ""
        number, fed_by = self._number(at, parent, tool), graph.feeders(at, inputs)
        step = self._steps[at.namespace] = self.tape.start(
            at.node, inputs, parent, number=number, fed_by=fed_by, inside=tool
        )
        return step

    def _number(self, at: Where, parent: Step | None, tool: str) -> int:
        # Sends of one super-step start in any order: their own index counts, on top of all earlier super-steps.
        used = self._numbers[id(parent), f"{tool}/{at.node}"]
        now, number = (at.graph, at.superstep), at.send or 0
        if used:
            number += max((top + 1 for when, top in used.items() if when != now), default=0)
        used[now] = max(used.get(now, 0), number)
        return number

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """Close the step of a node; note whom the node or its branch sends to."""
        if (running := self._running.pop(run_id.int, None)) is None:
            return
        if not isinstance(outputs, dict):
            for node in sends(outputs):
                self._graphs[running.at.graph].sent(running.step, node, running.at.superstep)
        if running.is_node:
            self._closed(running, outputs)

    def _closed(self, running: _Running, outputs: Any) -> None:
        running.step.outputs = update(outputs)
        self._graphs[running.at.graph].wrote(running.step, running.at.superstep, running.at.called)
        for graph in self._graphs.values():
            if graph.inside is running.step:
                running.step.fed_by = once([*running.step.fed_by, *graph.last()])

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """Note why a node failed; a command to the graph above and an interrupt are no failures."""
        if isinstance(error, ParentCommand):
            self.on_chain_end(error.args[0], run_id=run_id)
        elif (running := self._running.pop(run_id.int, None)) and running.is_node:
            if isinstance(error, GraphBubbleUp):
                self._paused.add(running.at.namespace)
            else:
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
        self._used((serialized or {}).get("name", ""), inputs if inputs is not None else input_str, run_id, metadata)

    def _used(self, name: str, arguments: Any, run_id: UUID, metadata: Mapping[str, Any] | None) -> None:
        if step := self._around(str((metadata or {}).get("langgraph_checkpoint_ns", ""))):
            call = self._tools[run_id] = ToolCall(name, plain(arguments))
            step.tools.append(call)

    def on_tool_end(self, output: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """Note what a tool gave back."""
        if call := self._tools.pop(run_id, None):
            call.answer = plain(output)

    def on_tool_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """Note why a tool failed."""
        if call := self._tools.pop(run_id, None):
            call.error = repr(error)

    def on_retriever_start(
        self,
        serialized: Any,
        query: str,
        *,
        run_id: UUID,
        metadata: Mapping[str, Any] | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Note a search as a tool call."""
        self._used(name or "retriever", {"query": query}, run_id, metadata)

    def on_retriever_end(self, documents: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """Note what a search found."""
        self.on_tool_end(documents, run_id=run_id)

    def on_retriever_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """Note why a search failed."""
        self.on_tool_error(error, run_id=run_id)
