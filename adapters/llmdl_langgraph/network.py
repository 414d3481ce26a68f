"""A compiled LangGraph graph as a network."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from typing import Any, cast

from langchain_core.runnables import Runnable
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel import Pregel

from llmdl_langgraph.binding import Binding, Explanations
from llmdl_langgraph.black_box import BlackBox, LayerNode
from llmdl_langgraph.discover import Discovery, discover
from llmdl_langgraph.export import as_graph, as_module, as_patch, edits
from llmdl_langgraph.isolation import Graph, isolated, own_thread
from llmdl_langgraph.layered import layer_parameters
from llmdl_langgraph.probes import probed
from llmdl_langgraph.record import Recorder
from llmdl_langgraph.streaming import in_async_context, in_context
from llmdl_langgraph.surgery import Compiled, with_nodes
from llmdl_langgraph.where import place
from llmdl_plugins import boundary, sync, tape
from llmdl_plugins.errors import MisuseError, TargetError, did_you_mean
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_plugins.parameter import Parameter, using
from llmdl_plugins.plain import digest

BINDINGS = 256
Stream = AsyncGenerator[Any, None]


def adapt(obj: Any, probes: Sequence[Any] = (), **kwargs: Any) -> LangGraphNetwork | None:
    """A compiled graph as a network; None for what is no graph.

    Args:
        obj: what `StateGraph.compile()`, `create_react_agent` or `@entrypoint` gave.
        probes: inputs that are run once each, so that texts are matched to what is really sent.

    Raises:
        TargetError: the graph is not compiled.
    """
    if isinstance(obj, StateGraph):
        raise TargetError("This StateGraph is not compiled: give builder.compile().")
    if not isinstance(obj, Pregel):
        return None
    found = LangGraphNetwork(obj, discover(obj))
    return LangGraphNetwork(obj, sync.run(probed(found, found.discovery, probes))) if probes else found


class LangGraphNetwork(Network):
    """A graph of the user with its prompts as parameters.

    With nothing changed and outside a training run, it is the graph itself that runs.

    Args:
        graph: the compiled graph; it is never changed.
        discovery: its texts.
        origin: the network that this one is a variant of.
        layers: node → the layer that took its place.
    """

    def __init__(
        self,
        graph: Graph,
        discovery: Discovery,
        origin: LangGraphNetwork | None = None,
        layers: Mapping[str, Module] | None = None,
    ) -> None:
        self.graph, self.discovery, self.layers = graph, discovery, dict(layers or {})
        self.original: Graph = origin.original if origin else graph
        texts = {name: text.parameter for name, text in discovery.texts.items()}
        known = origin.named_parameters() if origin else texts
        super().__init__(graph.get_name(), {**texts, **layer_parameters(self.layers, known)})
        self._explanations = Explanations(list(discovery.texts.values()))
        self._bindings: dict[frozenset[tuple[Parameter, Any]], Binding] = {}
        self._loaded = dict(origin._loaded) if origin else {}

    @property
    def exports(self) -> Sequence[str]:  # type: ignore[override]
        """The forms that `export` takes."""
        return ("patch", "weights", "graph", "module")

    @property
    def fingerprint(self) -> str:
        """A hash of the untouched application: its parameters, nodes and edges."""
        drawn = self.graph.get_graph().to_json()
        return digest(super().fingerprint, drawn["nodes"], drawn["edges"])

    @property
    def seen(self) -> frozenset[str] | None:
        """Parameters whose text a probe was seen to send; None where none was run."""
        return self.discovery.seen

    async def forward(self, inputs: Any, config: Any = None) -> Any:
        """One run of the graph; isolated and bound where values are changed, a tape is recorded or a run pays."""
        if not self._is_observed():
            return await self.graph.ainvoke(inputs, config)
        graph = isolated(self.graph)
        with self._bound():
            return await graph.ainvoke(inputs, own_thread(graph, config, *self._recorders()))

    def _is_observed(self) -> bool:
        scope = boundary.current_scope()
        return bool(self.values() or tape.current_tape() or (scope and scope.payer))

    @contextmanager
    def _bound(self) -> Iterator[None]:
        with boundary.scope(rewrite=self._binding(), place=place):
            yield

    def _binding(self) -> Binding:
        values = frozenset((p, v) for p, v in self.values().items() if p.kind == "text")
        if values not in self._bindings:
            if len(self._bindings) >= BINDINGS:
                self._bindings.clear()
            self._bindings[values] = Binding(self._explanations, dict(values))
        return self._bindings[values]

    def _recorders(self) -> list[Recorder]:
        if (recorded := tape.current_tape()) is None:
            return []
        recorder = Recorder(recorded)
        recorded.locate = recorder.locate
        return [recorder]

    def stream(self, inputs: Any, config: Any = None, **kwargs: Any) -> Iterator[Any]:
        """The graph's own stream, with the values in force.

        Args:
            kwargs: as `graph.stream` takes them: `stream_mode`, `subgraphs`, ….
        """
        if not self._is_observed():
            yield from self.graph.stream(inputs, config, **kwargs)
            return
        graph = isolated(self.graph)
        ours = own_thread(graph, config, *self._recorders())
        yield from in_context(self._inside(), lambda: graph.stream(inputs, ours, **kwargs))

    async def astream(self, inputs: Any, config: Any = None, **kwargs: Any) -> AsyncIterator[Any]:
        """`stream`, asynchronously."""
        if not self._is_observed():
            async with aclosing(cast(Stream, self.graph.astream(inputs, config, **kwargs))) as pieces:
                async for piece in pieces:
                    yield piece
            return
        graph = isolated(self.graph)
        ours = own_thread(graph, config, *self._recorders())
        async with aclosing(in_async_context(self._inside(), lambda: graph.astream(inputs, ours, **kwargs))) as pieces:
            async for piece in pieces:
                yield piece

    @contextmanager
    def _inside(self) -> Iterator[None]:
        with using(self.values()), boundary.door(), self._bound():
            yield

    def nodes(self) -> list[str]:
        """The nodes that `variant` can wrap or replace."""
        return list(self._compiled().builder.nodes) if isinstance(self.graph, CompiledStateGraph) else []

    def draw(self, form: str = "mermaid") -> str:
        """The wiring as text: "mermaid"."""
        return self.graph.get_graph().draw_mermaid() if form == "mermaid" else super().draw(form)

    def variant(
        self, wrap: Mapping[str, Any] | None = None, replace: Mapping[str, Any] | None = None
    ) -> LangGraphNetwork:
        """Another network over a copy of the graph; this one and the user's graph stay as they are.

        Args:
            wrap: node → a function that takes the node as a layer and returns the layer that takes its place.
            replace: node → the layer that takes its place.

        Raises:
            MisuseError: the graph has no such node, or no nodes at all.
        """
        graph = self._compiled()
        layers = {node: make(self._layer(node)) for node, make in (wrap or {}).items()} | dict(replace or {})
        changed = with_nodes(graph, {node: LayerNode(layer) for node, layer in layers.items()})
        return LangGraphNetwork(changed, self.discovery, self, {**self.layers, **layers})

    def _compiled(self) -> Compiled:
        if not isinstance(self.graph, CompiledStateGraph):
            raise MisuseError(f"{self.name} was not built with StateGraph: its nodes can't be wrapped or replaced.")
        return self.graph

    def _layer(self, node: str) -> Module:
        if node in self.layers:
            return self.layers[node]
        specs = self._compiled().builder.nodes
        if node not in specs:
            raise MisuseError(f"The graph has no node {node!r}.{did_you_mean(node, specs)}")
        return BlackBox(cast(Runnable[Any, Any], specs[node].runnable), specs[node].input_schema, node)

    def export(self, form: str, values: Mapping[str, Any] | None = None) -> Any:
        """The application with these values, in the form asked for.

        Args:
            form: "patch" (a diff of the user's source), "weights" (JSON values), "graph" (a plain compiled graph),
                or "module" (file name → text of a folder that runs under LangGraph alone).
            values: name → value; what is in force, by default.

        Raises:
            MisuseError: an unknown form, a graph without a name in a module, or a layer without a plain form.
            CannotExportError: a text can't be written at its place in the source.
        """
        if form == "weights" or form not in self.exports:
            return super().export(form, values)
        chosen = self.checked(self.changed(values))
        changes = edits(list(self.discovery.texts.values()), chosen)
        if form == "patch":
            return as_patch(changes)
        return (as_graph if form == "graph" else as_module)(self.original, self.layers, changes, chosen)
