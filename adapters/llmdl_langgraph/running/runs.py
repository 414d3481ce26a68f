"""Runs of a graph under any candidate: alone, bound at the door, and recorded where a tape is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from functools import cached_property
from typing import Any, cast

from langchain_core.runnables import RunnableConfig

from llmdl_langgraph.matching.texts import Text
from llmdl_langgraph.matching.tool_texts import ToolText
from llmdl_langgraph.running.binding import Binding, Explanations
from llmdl_langgraph.running.context import context_of
from llmdl_langgraph.running.conversation import needs_memory, played, stops
from llmdl_langgraph.running.isolation import Graph, isolated, own_thread
from llmdl_langgraph.running.memories import own_memories
from llmdl_langgraph.running.offers import Offer, chosen
from llmdl_langgraph.running.record import Recorder
from llmdl_langgraph.running.streaming import in_async_context, in_context
from llmdl_langgraph.running.tool_binding import Definitions, ToolBinding
from llmdl_langgraph.running.where import place
from llmdl_plugins import tape
from llmdl_plugins.binding import using
from llmdl_plugins.data import Example
from llmdl_plugins.door import boundary
from llmdl_plugins.holding import holding
from llmdl_plugins.parameter import Parameter

BINDINGS = 256
Values = Mapping[Parameter, Any]


class Runs:
    """The runs of one graph.

    Args:
        graph: the compiled graph.
        texts: what is put into its messages.
        tools: what is put into the definitions of its tools.
        offers: name → what can be chosen for a node; whoever adds one says `forget()`.
    """

    def __init__(
        self, graph: Graph, texts: Sequence[Text], tools: Sequence[ToolText], offers: Mapping[str, Offer]
    ) -> None:
        self.graph, self.offers = graph, offers
        self._explanations, self._definitions = Explanations(texts), Definitions(tools)
        self._bindings: dict[frozenset[tuple[Parameter, Any]], tuple[Binding, boundary.Setup]] = {}

    async def output(self, values: Values, inputs: Any, config: RunnableConfig | None) -> Any:
        """What one run gives."""
        graph, ours = self._alone(config)
        with own_memories(graph), self._scope(values):
            return await graph.ainvoke(inputs, ours, context=context_of(graph))

    async def turns(self, values: Values, row: Example) -> list[Any]:
        """What each turn of a row gives; a row with turns or answers has a memory for its own length."""
        graph, ours = self._alone(cast(RunnableConfig, row.extras.config), needs_memory(row) or self._stops)
        with own_memories(graph), self._scope(values):
            return await played(graph, row, ours, context_of(graph, row.extras.context))

    def stream(self, values: Values, inputs: Any, config: Any, told: Mapping[str, Any]) -> Iterator[Any]:
        """The pieces of one run."""
        graph, ours = self._alone(config)
        told = {"context": context_of(graph), **told}
        return in_context(self._entered(graph, values), lambda: graph.stream(inputs, ours, **told))

    async def astream(
        self, values: Values, inputs: Any, config: Any, told: Mapping[str, Any]
    ) -> AsyncGenerator[Any, None]:
        """`stream`, asynchronously."""
        graph, ours = self._alone(config)
        told = {"context": context_of(graph), **told}
        running = in_async_context(self._entered(graph, values), lambda: graph.astream(inputs, ours, **told))
        async with aclosing(running) as pieces:
            async for piece in pieces:
                yield piece

    def forget(self) -> None:
        """Bind anew: what is offered has changed."""
        self._bindings.clear()

    def _alone(self, config: RunnableConfig | None, memory: bool = False) -> tuple[Graph, RunnableConfig]:
        """The graph and the configuration of one run that no other run meets; it is recorded where a tape is."""
        graph = isolated(self.graph, memory=memory)
        return graph, own_thread(graph, config, *_recorders())

    @cached_property
    def _stops(self) -> bool:
        return stops(self.graph)

    @contextmanager
    def _entered(self, graph: Graph, values: Values) -> Iterator[None]:
        with using(values), boundary.door(), own_memories(graph), self._scope(values):
            yield

    def _scope(self, values: Values) -> holding[boundary.Scope]:
        """What holds for the model calls of one run: they are bound, and stand at their nodes."""
        rewrite, setup = self._binding(frozenset([(p, v) for p, v in values.items() if p.kind == "text"]))
        return boundary.scope(rewrite=rewrite, setup=setup, place=place)

    def _binding(self, values: frozenset[tuple[Parameter, Any]]) -> tuple[Binding, boundary.Setup]:
        if values not in self._bindings:
            if len(self._bindings) >= BINDINGS:
                self._bindings.clear()
            tools, offers = ToolBinding(self._definitions, dict(values)), tuple(self.offers.values())
            self._bindings[values] = (
                Binding(self._explanations, dict(values)),
                lambda model, options: chosen(offers, model, tools(options)),
            )
        return self._bindings[values]


def _recorders() -> list[Recorder]:
    if (recorded := tape.current_tape()) is None:
        return []
    recorder = Recorder(recorded)
    recorded.locate = recorder.locate
    return [recorder]
