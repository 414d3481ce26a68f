"""A compiled LangGraph graph as a network."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from functools import cached_property
from typing import Any, cast

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel import Pregel
from langgraph.types import Send

from llmdl_langgraph.binding import Binding, Explanations
from llmdl_langgraph.black_box import BlackBox, LayerNode
from llmdl_langgraph.concerns import concerns
from llmdl_langgraph.context import context_of
from llmdl_langgraph.conversation import needs_memory, played, stops
from llmdl_langgraph.discover import Discovery, discover
from llmdl_langgraph.effects import effects, only_model
from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.export import as_folder, as_graph, as_module, as_patch, edits
from llmdl_langgraph.isolation import Graph, isolated, own_thread
from llmdl_langgraph.layered import layer_parameters
from llmdl_langgraph.locate import Location
from llmdl_langgraph.middleware import as_middleware
from llmdl_langgraph.offers import Offer, offer
from llmdl_langgraph.probes import probed, traces
from llmdl_langgraph.record import Recorder
from llmdl_langgraph.refusals import place_of, reason
from llmdl_langgraph.setup import Setup
from llmdl_langgraph.sites import Site
from llmdl_langgraph.source import source_of
from llmdl_langgraph.streaming import in_async_context, in_context
from llmdl_langgraph.surgery import Compiled, spec_of, with_nodes
from llmdl_langgraph.tool_binding import Definitions, ToolBinding
from llmdl_langgraph.tool_texts import ToolText
from llmdl_langgraph.tools import tools_of
from llmdl_langgraph.unchanged import unchanged
from llmdl_langgraph.verify import verify
from llmdl_langgraph.where import place
from llmdl_plugins import boundary, results, sync, tape
from llmdl_plugins.checks import Check, Verification
from llmdl_plugins.data import Example
from llmdl_plugins.errors import MisuseError, TargetError
from llmdl_plugins.gates import Conditions, conditions
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_plugins.parameter import Parameter, using
from llmdl_plugins.plain import digest

BINDINGS = 256
results.rebuilt_from(Send, ("node", "arg", "timeout"))
INSTEAD = (
    "whether a node can be put in or taken out depends on routing that no source tells (Command, Send, branches). "
    "Use wrap={node: …} for a step before or after a node, replace={node: Identity()} where one shall do nothing."
)
Stream = AsyncGenerator[Any, None]


def adapt(obj: Any, probes: Sequence[Any] = (), **kwargs: Any) -> LangGraphNetwork | None:
    """A compiled graph as a network; None for what is no graph.

    Args:
        obj: what `StateGraph.compile()`, `create_react_agent` or `@entrypoint` gave.
        probes: inputs, or rows of a `Dataset`; each is run once, so that texts are matched to what is really sent.

    Raises:
        TargetError: the graph is not compiled.
    """
    if isinstance(obj, StateGraph):
        raise TargetError("This StateGraph is not compiled: give builder.compile().")
    if not isinstance(obj, Pregel):
        return None
    return found_in(obj, probes)


def found_in(obj: Graph, probes: Sequence[Any] = (), at: Sequence[Location] = ()) -> LangGraphNetwork:
    """The network of a graph.

    Args:
        obj: the graph.
        probes: inputs, or rows; each is run once.
        at: where its nodes have names in modules, if they have.
    """
    discovery = discover(obj, at)
    found = LangGraphNetwork(obj, discovery, tools=tools_of(obj, discovery))
    if not probes:
        return found
    known = set(sys.modules)
    tapes = sync.run(traces(found, probes))
    if any(source_of(sys.modules[name]) for name in sys.modules.keys() - known):
        discovery = discover(obj, at)  # a node has imported more of the application
    return LangGraphNetwork(obj, probed(discovery, tapes, probes), tools=tools_of(obj, discovery, tapes))


class LangGraphNetwork(Network):
    """A graph of the user with its prompts as parameters.

    With nothing changed and outside a training run, it is the graph itself that runs.

    Args:
        graph: the compiled graph; it is never changed.
        discovery: its texts.
        origin: the network that this one is a variant of.
        layers: node → the layer that took its place.
        tools: name → description of a tool, of a field or of a schema.
    """

    def __init__(
        self,
        graph: Graph,
        discovery: Discovery,
        origin: LangGraphNetwork | None = None,
        layers: Mapping[str, Module] | None = None,
        tools: Mapping[str, ToolText] | None = None,
    ) -> None:
        self.graph, self.discovery, self.layers = graph, discovery, dict(layers or {})
        self.tools = dict(tools or {})
        self.offers: dict[str, Offer] = dict(origin.offers) if origin else {}
        self.original: Graph = origin.original if origin else graph
        texts = {name: text.parameter for name, text in discovery.texts.items()}
        texts |= {name: text.parameter for name, text in self.tools.items()}
        known = origin.named_parameters() if origin else texts
        offered = {name: made.parameter for name, made in self.offers.items()}
        super().__init__(graph.get_name(), {**texts, **layer_parameters(self.layers, known), **offered})
        self._explanations = Explanations(list(discovery.texts.values()))
        self._definitions = Definitions(list(self.tools.values()))
        self._bindings: dict[frozenset[tuple[Parameter, Any]], tuple[Binding, Setup]] = {}
        if origin:
            self._loaded, self.safe_tools = dict(origin._loaded), origin.safe_tools

    @property
    def exports(self) -> Sequence[str]:  # type: ignore[override]
        """The forms that `export` takes."""
        return ("patch", "weights", "graph", "module", "middleware")

    @property
    def fingerprint(self) -> str:
        """A hash of the untouched application: its parameters, nodes and edges, and what is offered for them."""
        drawn = self.graph.get_graph().to_json()
        offers = [{name: made.told() for name, made in self.offers.items()}] if self.offers else []
        return digest(super().fingerprint, drawn["nodes"], drawn["edges"], *offers)

    async def forward(self, inputs: Any, config: Any = None) -> Any:
        """One run of the graph; isolated and bound where values are changed, a tape is recorded or a run pays."""
        if not self._is_observed():
            return await self.graph.ainvoke(inputs, config)
        graph, ours = self._alone(config)
        with self._bound():
            return await graph.ainvoke(inputs, ours, context=context_of(graph))

    async def play(self, row: Example) -> list[Any]:
        """The output after each turn of a row: all on one new thread, interrupts answered from the row.

        A row with turns or answers is given a memory for its own length, whether the graph has one or not.

        Raises:
            UnansweredError: the graph asks, and the row has no answer left.
        """
        graph, ours = self._alone(cast(RunnableConfig, row.extras.config), needs_memory(row) or self._stops)
        with self._bound():
            return await played(graph, row, ours, context_of(graph, row.extras.context))

    def _alone(self, config: RunnableConfig | None, memory: bool = False) -> tuple[Graph, RunnableConfig]:
        """The graph and the configuration of one run that no other run meets; it is recorded where a tape is."""
        graph = isolated(self.graph, memory=memory)
        return graph, own_thread(graph, config, *self._recorders())

    @cached_property
    def _stops(self) -> bool:
        return stops(self.graph)

    def _is_observed(self) -> bool:
        scope = boundary.current_scope()
        return bool(self.values() or tape.current_tape() or (scope and scope.payer))

    @contextmanager
    def _bound(self) -> Iterator[None]:
        rewrite, setup = self._binding()
        with boundary.scope(rewrite=rewrite, setup=setup, place=place):
            yield

    def _binding(self) -> tuple[Binding, Setup]:
        values = frozenset((p, v) for p, v in self.values().items() if p.kind == "text")
        if values not in self._bindings:
            if len(self._bindings) >= BINDINGS:
                self._bindings.clear()
            setup = Setup(ToolBinding(self._definitions, dict(values)), tuple(self.offers.values()))
            self._bindings[values] = Binding(self._explanations, dict(values)), setup
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
        graph, ours = self._alone(config)
        told = {"context": context_of(graph), **kwargs}
        yield from in_context(self._inside(), lambda: graph.stream(inputs, ours, **told))

    async def astream(self, inputs: Any, config: Any = None, **kwargs: Any) -> AsyncIterator[Any]:
        """`stream`, asynchronously."""
        if not self._is_observed():
            async with aclosing(cast(Stream, self.graph.astream(inputs, config, **kwargs))) as pieces:
                async for piece in pieces:
                    yield piece
            return
        graph, ours = self._alone(config)
        told = {"context": context_of(graph), **kwargs}
        async with aclosing(in_async_context(self._inside(), lambda: graph.astream(inputs, ours, **told))) as pieces:
            async for piece in pieces:
                yield piece

    @contextmanager
    def _inside(self) -> Iterator[None]:
        with using(self.values()), boundary.door(), self._bound():
            yield

    def offer(self, name: str, alternatives: Any) -> Parameter:
        """Let a node's model, or an option of its calls, be chosen; a name that was offered before is offered anew.

        Args:
            name: `node/model`, or `node/` and a keyword argument of the call, such as `node/temperature`.
            alternatives: name → chat model or `provider:name`; of an option, the values to choose from.

        Raises:
            MisuseError: no such node, the name of another parameter, or nothing that could be chosen.
        """
        if name in self._parameters and name not in self.offers:
            raise MisuseError(f"{name!r} is the name of another parameter of this network.")
        made = self.offers[name] = offer(name, alternatives, self.discovery.reached)
        self._parameters[name] = made.parameter
        self._own = frozenset(self._parameters.values())
        self._bindings.clear()
        return made.parameter

    def conditions(self) -> Conditions:
        """What the containers at its nodes say."""
        return conditions(list(self.layers.values()), self._names())

    def places(self, name: str) -> list[str]:
        """Where a parameter stands in the source: file and line, or cell and line, of each place."""
        return [place_of(site) for site in self._sites(name)]

    def unexportable(self, name: str) -> str | None:
        """Why a change of a parameter could not be handed over as a patch; None where it could."""
        if (tool := self.tools.get(name)) and isinstance(tool.origin, str):
            return tool.origin
        if not (sites := self._sites(name)):
            return "it is no text of the source"
        return next((why for site in sites if (why := reason(site, self.discovery.sources))), None)

    def _sites(self, name: str) -> Sequence[Site]:
        if name in self.discovery.texts:
            return self.discovery.texts[name].sites
        tool = self.tools.get(name)
        return [] if tool is None or isinstance(tool.origin, str) else [tool.origin.site]

    def nodes(self) -> list[str]:
        """The nodes that `variant` can wrap or replace."""
        return list(self._compiled().builder.nodes) if isinstance(self.graph, CompiledStateGraph) else []

    def draw(self, form: str = "mermaid") -> str:
        """The wiring as text: "mermaid"."""
        return self.graph.get_graph().draw_mermaid() if form == "mermaid" else super().draw(form)

    def variant(
        self, wrap: Mapping[str, Any] | None = None, replace: Mapping[str, Any] | None = None, **other: Any
    ) -> LangGraphNetwork:
        """Another network over a copy of the graph; this one and the user's graph stay as they are.

        Args:
            wrap: node → a function that takes the node as a layer and returns the layer that takes its place;
                `outer/inner` is a node of the graph that is a node.
            replace: node → the layer that takes its place.

        Raises:
            MisuseError: the graph has no such node, or no nodes at all; or something else than wrap and replace.
        """
        if other:
            raise MisuseError(f"variant() has no {' or '.join(other)}: {INSTEAD}")
        graph = self._compiled()
        layers = {node: make(self._layer(node)) for node, make in (wrap or {}).items()} | dict(replace or {})
        changed = with_nodes(graph, {node: LayerNode(layer) for node, layer in layers.items()})
        return type(self)(changed, self.discovery, self, {**self.layers, **layers}, self.tools)

    def _compiled(self) -> Compiled:
        if not isinstance(self.graph, CompiledStateGraph):
            raise MisuseError(f"{self.name} was not built with StateGraph: its nodes can't be wrapped or replaced.")
        return self.graph

    def _layer(self, node: str) -> Module:
        if node in self.layers:
            return self.layers[node]
        spec = spec_of(self._compiled(), node)
        return BlackBox(cast(Runnable[Any, Any], spec.runnable), spec.input_schema, node)

    def effects(self, node: str) -> list[str]:
        """What a node does beside answering: it streams, stops to ask, decides where to go, or runs tools that act."""
        return effects(node, self.discovery.reached, spec_of(self._compiled(), node), self.safe_tools)

    def model(self, node: str) -> Any:
        """The chat model that the code of a node holds; None where it makes one as it runs, or holds several."""
        return only_model(node, self.discovery.reached)

    def concerns(self) -> list[str]:
        """Caches and retries of nodes, and nodes whose own code reaches the world outside."""
        return concerns(self.original, self.discovery.reached)

    def export(self, form: str, values: Mapping[str, Any] | None = None) -> Any:
        """The application with these values, in the form asked for.

        Args:
            form: "patch" (a diff of the user's source), "weights" (JSON values), "graph" (a plain compiled graph),
                "module" (file name → text of a folder that runs under LangGraph alone), or "middleware" (a module for
                an agent made by `create_agent`).
            values: name → value; what is in force, by default.

        Raises:
            MisuseError: an unknown form, a graph without a name in a module, or a layer without a plain form.
            CannotExportError: a text can't be written at its place in the source.
        """
        if form == "weights" or form not in self.exports:
            return super().export(form, values)
        chosen = self.checked(self.changed(values))
        self._refuse_offers(chosen, form)
        if form == "middleware":
            self._refuse_layers(form)
            return as_middleware(self.original, self.discovery, self.tools, chosen)
        changes = edits(self.discovery, self.tools, chosen)
        if form == "patch":
            return as_patch(self.discovery, self.tools, changes)
        make = as_graph if form == "graph" else as_module
        return make(self.original, self.discovery, self.layers, changes, chosen)

    def _refuse_offers(self, values: Mapping[Parameter, Any], form: str) -> None:
        if taken := {name: values[o.parameter] for name, o in self.offers.items() if o.parameter in values}:
            said = ", ".join(f"{name} = {value!r}" for name, value in taken.items())
            raise CannotExportError(
                f'A {form} holds texts, not {said}: export "weights" for all values, '
                "or leave such choices out of the values and write them in your source by hand."
            )

    def _refuse_layers(self, form: str) -> None:
        if self.layers:
            raise MisuseError(
                f"Layers at {', '.join(self.layers)} can't be exported as {form}: "
                'use export("module") or export("graph").'
            )

    def unchanged(self, values: Mapping[str, Any] | None = None, inputs: Any = None) -> list[Check]:
        """Compare the user's graph with the one that is imported from the changed sources; nothing is sent.

        Args:
            values: name → value; what is in force, by default.
            inputs: with which a thread is begun on the original, up to its first node; without, that is not tried.
        """
        return unchanged(self.original, self.export("graph", values), inputs)

    def verify(self, probes: Sequence[Any], values: Mapping[str, Any] | None = None) -> Verification:
        """Run probes bound, then on the exported sources in a process without this package, and compare all messages.

        Args:
            probes: inputs.  Models are asked once for each, or not at all inside a run that remembers their answers;
                the exported application is given the same answers.  Nodes and tools run for real, both times.
            values: name → value; what is in force, by default.

        Raises:
            MisuseError: a probe raises, the graph has no name in a module, or its sources can't be run on their own.
        """
        chosen = self.checked(self.changed(values))
        self._refuse_offers(chosen, "copy that is compared")
        changes = edits(self.discovery, self.tools, chosen)
        with self.under(chosen):
            folder = as_folder(self.original, self.discovery, self.layers, changes, chosen)
            return sync.run(verify(self, folder, probes, context_of(self.graph)))
