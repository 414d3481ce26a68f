"""A compiled LangGraph graph as a network."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterator, Mapping, Sequence, Set
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

from langchain_core.runnables import Runnable
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Send

from llmdl_langgraph.drawn import drawn
from llmdl_langgraph.exporting.folder import Application
from llmdl_langgraph.exporting.handover import FORMS, Handover
from llmdl_langgraph.exporting.unchanged import unchanged
from llmdl_langgraph.exporting.verify import verify
from llmdl_langgraph.finding.concerns import concerns
from llmdl_langgraph.finding.discover import Discovery, discover
from llmdl_langgraph.finding.effects import effects, only_model
from llmdl_langgraph.finding.probes import probed
from llmdl_langgraph.finding.tools import tools_of
from llmdl_langgraph.matching.tool_texts import ToolText
from llmdl_langgraph.reading.late import is_imported
from llmdl_langgraph.reading.locate import Location
from llmdl_langgraph.reading.source import source_of
from llmdl_langgraph.running.black_box import BlackBox, LayerNode
from llmdl_langgraph.running.context import context_of
from llmdl_langgraph.running.isolation import Graph
from llmdl_langgraph.running.layered import links, own_layers
from llmdl_langgraph.running.offers import Offer, offer
from llmdl_langgraph.running.runs import Runs
from llmdl_langgraph.running.surgery import Compiled, spec_of, with_nodes
from llmdl_plugins import sync, tape
from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.binding import using
from llmdl_plugins.checks import Check, Verification
from llmdl_plugins.data import Example
from llmdl_plugins.door import boundary, results
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.gates import Conditions, conditions
from llmdl_plugins.keys import check_keys
from llmdl_plugins.layered import layer_parameters
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import digest
from llmdl_plugins.tape import Tape

results.rebuilt_from(Send, ("node", "arg", "timeout"))
INSTEAD = (
    "whether a node can be put in or taken out depends on routing that no source tells (Command, Send, branches). "
    "Use wrap={node: …} for a step before or after a node, replace={node: Identity()} where one shall do nothing."
)
Stream = AsyncGenerator[Any, None]


class LangGraphNetwork(Network):
    """A graph of the user with its prompts as parameters.

    With nothing changed and outside a training run, it is the graph itself that runs.

    Args:
        graph: the compiled graph; it is never changed.
        discovery: its texts.
        origin: the network that this one is a variant of.
        layers: node → the layer that took its place.
        tools: name → description of a tool, of a field or of a schema.
        at: where its nodes have names in modules, if they have.
    """

    exports: Sequence[str] = FORMS
    kind = "graph"

    def __init__(
        self,
        graph: Graph,
        discovery: Discovery,
        origin: LangGraphNetwork | None = None,
        layers: Mapping[str, Module] | None = None,
        tools: Mapping[str, ToolText] | None = None,
        at: Sequence[Location] = (),
    ) -> None:
        self._at, self._imported = at, frozenset(sys.modules)
        self.graph, self.discovery, self.layers = graph, discovery, dict(layers or {})
        self.tools = dict(tools or {})
        self.offers: dict[str, Offer] = dict(origin.offers) if origin else {}
        self.original: Graph = origin.original if origin else graph
        texts = {name: text.parameter for name, text in discovery.texts.items()}
        texts |= {name: text.parameter for name, text in self.tools.items()}
        known = origin.named_parameters() if origin else texts
        offered = {name: made.parameter for name, made in self.offers.items()}
        self._linked = links(self.original)
        self.links = layer_parameters(self._linked, known)
        own = layer_parameters(self.layers, {**known, **self.links})
        super().__init__(graph.get_name(), {**texts, **self.links, **own, **offered})
        self._runs = Runs(graph, list(discovery.texts.values()), list(self.tools.values()), self.offers)
        if origin:
            self._loaded, self.safe_tools = dict(origin._loaded), origin.safe_tools

    @property
    def fingerprint(self) -> str:
        """A hash of the untouched application: its parameters, nodes and edges, and what is offered for them."""
        drawn = self.graph.get_graph().to_json()
        offers = [{name: made.told() for name, made in self.offers.items()}] if self.offers else []
        return digest(super().fingerprint, drawn["nodes"], drawn["edges"], *offers)

    def tool_names(self) -> set[str]:
        """Those that its models are told of, and those that its nodes run by themselves."""
        run = {tool.name for found in self.discovery.reached.values() for tool in found.own.tools}
        return super().tool_names() | run

    def late_modules(self) -> list[str]:
        """The modules of the application that its nodes have imported since this network was made."""
        return sorted(filter(self.imports, self._arrived()))

    def imports(self, module: str) -> bool:
        """Whether the sources of the application import a module of this name, early or late."""
        return is_imported(module)

    def _arrived(self) -> list[str]:
        return [name for name in sys.modules.keys() - self._imported if source_of(sys.modules[name])]

    def seen(
        self, rows: Sequence[Any], tapes: Sequence[Tape], are_all: bool = False, files: Set[Path] = frozenset()
    ) -> LangGraphNetwork:
        """The graph with what was sent in runs of it: texts that no source tells are found, and data is frozen.

        Args:
            files: those that were opened then.
        """
        discovery = discover(self.original, self._at) if self._arrived() else self.discovery
        found, tools = probed(discovery, tapes, rows, are_all, files), tools_of(self.original, discovery, tapes)
        network = type(self)(self.original, found, layers=own_layers(self.original), tools=tools, at=self._at)
        network.safe_tools = self.safe_tools
        return network

    async def forward(self, inputs: Any, config: Any = None) -> Any:
        """One run of the graph; isolated and bound where values are changed, a tape is recorded or a run pays."""
        if not self._is_observed():
            return await self.graph.ainvoke(inputs, config)
        return await self._runs.output(self.values(), inputs, config)

    def play(self, row: Example) -> Coroutine[Any, Any, list[Any]]:
        """The output after each turn of a row: all on one new thread, interrupts answered from the row.

        A row with turns or answers is given a memory for its own length, whether the graph has one or not.

        Raises:
            UnansweredError: the graph asks, and the row has no answer left.
        """
        return self._runs.turns(self.values(), row)

    def _is_observed(self) -> bool:
        scope = boundary.current_scope()
        return bool(self.values() or tape.current_tape() or (scope and scope.payer))

    def stream(self, inputs: Any, config: Any = None, **kwargs: Any) -> Iterator[Any]:
        """The graph's own stream, with the values in force.

        Args:
            kwargs: as `graph.stream` takes them: `stream_mode`, `subgraphs`, ….
        """
        if not self._is_observed():
            yield from self.graph.stream(inputs, config, **kwargs)
        else:
            yield from self._runs.stream(self.values(), inputs, config, kwargs)

    async def astream(self, inputs: Any, config: Any = None, **kwargs: Any) -> AsyncIterator[Any]:
        """`stream`, asynchronously."""
        if not self._is_observed():
            running = cast(Stream, self.graph.astream(inputs, config, **kwargs))
        else:
            running = self._runs.astream(self.values(), inputs, config, kwargs)
        async with aclosing(running) as pieces:
            async for piece in pieces:
                yield piece

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
        self._runs.forget()
        return self._with(name, made.parameter)

    def conditions(self) -> Conditions:
        """What the containers at its nodes say, and those in chains."""
        return conditions([*self.layers.values(), *self._linked.values()], self._names())

    def places(self, name: str) -> list[str]:
        """Where a parameter stands in the source: file and line, or cell and line, of each place."""
        return self._handover.places(name)

    def unexportable(self, name: str) -> str | None:
        """Why a change of a parameter could not be handed over as a patch; None where it could."""
        return self._handover.unexportable(name)

    def nodes(self) -> list[str]:
        """The nodes that `variant` can wrap or replace."""
        return list(self._compiled().builder.nodes) if isinstance(self.graph, CompiledStateGraph) else []

    def draw(self, form: str = "mermaid") -> str:
        """The wiring as text: "mermaid" or "svg"."""
        return self._drawn(self.graph, form)

    def _drawn(self, runnable: Runnable[Any, Any], form: str) -> str:
        with using(self.values()):
            return drawn(runnable, form, self.layers) or super().draw(form)

    def variant(
        self, wrap: Mapping[str, Any] | None = None, replace: Mapping[str, Any] | None = None, **other: Any
    ) -> LangGraphNetwork:
        """Another network over a copy of the graph; this one and the user's graph stay as they are.

        Args:
            wrap: node → a function that takes the node as a layer and returns the layer that takes its place;
                `outer/inner` is a node of the graph that is a node.
            replace: node → the layer that takes its place.

        Raises:
            MisuseError: the graph has no such node, or no nodes at all; a layer reads what the state does not have; or
                something else than wrap and replace.
        """
        if other:
            raise MisuseError(f"variant() has no {' or '.join(other)}: {INSTEAD}")
        graph = self._compiled()
        given = {node: make(self._layer(node)) for node, make in (wrap or {}).items()} | dict(replace or {})
        layers = {node: as_layer(f"Node {node!r}", layer) for node, layer in given.items()}
        for node, layer in layers.items():
            self.check_layer(node, layer)
        changed = with_nodes(graph, {node: LayerNode(layer) for node, layer in layers.items()})
        return type(self)(changed, self.discovery, self, {**self.layers, **layers}, self.tools)

    def check_layer(self, node: str, layer: Module) -> None:
        """Raise MisuseError where a layer does not fit the class that its node takes."""
        if keys := self.keys(node):
            check_keys(f"{layer.get_name()} at node {node!r}", layer, keys)

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

    def keys(self, node: str) -> list[str]:
        """Those of the class that the node takes."""
        graph = self._compiled()
        return list(graph.builder.schemas.get(spec_of(graph, node).input_schema, ()))

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

        Raises:
            MisuseError: an unknown form, a graph without a name in a module, or a layer without a plain form.
            CannotExportError: a text can't be written at its place in the source.
        """
        if form == "weights" or form not in self.exports:
            return super().export(form, values)
        return self._handover.as_form(form, self.checked(self.changed(values)))

    @property
    def _handover(self) -> Handover:
        app = Application(self._theirs(), self.kind, self.discovery, self.tools, self.layers)
        return Handover(app, self.offers, self.links)

    def _theirs(self) -> Runnable[Any, Any]:
        return self.original

    def unchanged(self, values: Mapping[str, Any] | None = None, inputs: Any = None) -> list[Check]:
        """Compare the user's graph with the one that is imported from the changed sources; nothing is sent."""
        return unchanged(self.original, self.export("graph", values), inputs)

    def verify(self, probes: Sequence[Any], values: Mapping[str, Any] | None = None) -> Verification:
        """Run probes bound, then on the exported sources in a process without this package, and compare all messages.

        Args:
            probes: inputs.  Models are asked once for each, or not at all inside a run that remembers their answers;
                the exported application is given the same answers.  Nodes and tools run for real, both times.

        Raises:
            MisuseError: a probe raises, the graph has no name in a module, or its sources can't be run on their own.
        """
        chosen = self.checked(self.changed(values))
        folder = self._handover.as_folder(chosen)
        with self.under(chosen):
            return sync.run(verify(self, folder, probes, context_of(self.graph)))
