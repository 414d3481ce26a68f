"""A LangChain chain as a network: one node of a graph, that is given what the chain is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langgraph.graph import END, START, StateGraph
from langgraph.pregel import Pregel

from llmdl_langgraph.adapt import found_in
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_langgraph.reading.locate import Location, holders
from llmdl_langgraph.running.isolation import Graph
from llmdl_plugins.checks import Check, Verification
from llmdl_plugins.data import Example
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_plugins.tape import Tape

NODE, OUTPUT = "chain", "output"
_OTHERS = (Module, Pregel, BaseLanguageModel, BaseTool, BaseRetriever)


def adapt_chain(obj: Any, probes: Sequence[Any] = (), **kwargs: Any) -> ChainNetwork | None:
    """A chain as a network; None for what is no chain, and for Runnables that have an adapter of their own.

    Args:
        obj: what `prompt | model | parser` gave, or any other Runnable that takes a mapping.
        probes: inputs, or rows of a `Dataset`; each is run once, so that texts are matched to what is really sent.
    """
    if not isinstance(obj, Runnable) or isinstance(obj, _OTHERS):
        return None
    at = list(holders(obj))
    found = found_in(_as_graph(obj), probes, at)
    return _named(obj, found, at)


def _named(chain: Runnable[Any, Any], found: LangGraphNetwork, at: Sequence[Location]) -> ChainNetwork:
    network = ChainNetwork(_as_graph(chain | _as_update), found.discovery, tools=found.tools, at=at)
    network.chain = chain
    return network


def _as_graph(node: Runnable[Any, Any]) -> Graph:
    builder: StateGraph[Any, Any, Any, Any] = StateGraph(dict)
    whole = node.with_config({})  # of a bare sequence LangGraph runs only the first link in the context of the node
    return builder.add_node(NODE, whole).add_edge(START, NODE).add_edge(NODE, END).compile(name=NODE)


def _as_update(said: Any) -> Mapping[str, Any]:
    """What a chain gives, by a key: layers around it work on updates."""
    return said if isinstance(said, Mapping) and said.keys() != {OUTPUT} else {OUTPUT: said}


def _as_said(update: Any) -> Any:
    return update[OUTPUT] if isinstance(update, Mapping) and update.keys() == {OUTPUT} else update


class ChainNetwork(LangGraphNetwork):
    """A chain of the user with its prompts as parameters; it takes a mapping, and gives what the chain gives."""

    exports = ("patch", "weights", "module")
    kind = "chain"
    chain: Runnable[Any, Any]

    def __init__(self, graph: Graph, *args: Any, **kwargs: Any) -> None:
        super().__init__(graph, *args, **kwargs)
        origin = args[1] if len(args) > 1 else None
        if isinstance(origin, ChainNetwork):
            self.chain = origin.chain

    def seen(
        self, rows: Sequence[Any], tapes: Sequence[Tape], are_all: bool = False, files: Set[Path] = frozenset()
    ) -> ChainNetwork:
        """The chain with what was sent in runs of it."""
        found = found_in(_as_graph(self.chain), at=self._at).seen(rows, tapes, are_all, files)
        return _named(self.chain, found, self._at)

    async def forward(self, inputs: Any, config: Any = None) -> Any:
        """One run of the chain; as the node of a graph where values are changed, a tape is recorded or a run pays."""
        if not isinstance(inputs, Mapping):
            raise MisuseError(f"A chain is trained on inputs by name, and was given a {type(inputs).__name__}.")
        if not self._is_observed() and not self.layers:
            return await self.chain.ainvoke(dict(inputs), config)
        return _as_said(await super().forward(dict(inputs), config))

    async def play(self, row: Example) -> list[Any]:
        """The output of a row; a chain keeps no thread, so a row has one turn."""
        return await Network.play(self, row)

    def stream(self, inputs: Any, config: Any = None, **kwargs: Any) -> Iterator[Any]:
        """The chain's own stream; with values changed, its output as one piece."""
        if self._is_observed() or self.layers:
            yield self.invoke(inputs, config)
        else:
            yield from self.chain.stream(inputs, config, **kwargs)

    def keys(self, node: str) -> list[str]:
        """Those that the chain is filled with."""
        return list(self.chain.get_input_jsonschema().get("properties", ()))

    def check_layer(self, node: str, layer: Module) -> None:
        """A chain may be given more than it is filled with."""

    def draw(self, form: str = "mermaid") -> str:
        """The links of the chain as text: "mermaid" or "svg"."""
        return self._drawn(self.chain, form)

    def _theirs(self) -> Runnable[Any, Any]:
        return self.chain

    def unchanged(self, values: Mapping[str, Any] | None = None, inputs: Any = None) -> list[Check]:
        """Nothing beside its texts: a chain has no threads and no wiring that an edit could touch."""
        return []

    def verify(self, probes: Sequence[Any], values: Mapping[str, Any] | None = None) -> Verification:
        """Not offered for a chain."""
        return Network.verify(self, probes, values)
