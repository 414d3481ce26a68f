"""Layers at nodes as Python expressions: the node itself, of the application or of a copy with other texts."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from types import FunctionType
from typing import Any

from llmdl_langgraph.reading.locate import holders, import_name, preferred
from llmdl_langgraph.reading.source import Source, source_of
from llmdl_langgraph.running.black_box import BlackBox
from llmdl_plugins.module import Module
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.standalone.parts import chosen
from llmdl_plugins.standalone.spelled import Speller

NODES = "nodes"  # the module of the folder that makes blocks of nodes, and nodes of blocks
Texts = Mapping[Parameter, Any]


class ApplicationSpeller(Speller):
    """Spells the layers of one application, with the values in force.

    Args:
        places: module of ours → the name that it is written to.
        attributes: of layers, those that their code reads.
        folder: the name of the folder that they are written to.
        kind: "graph" or "chain".
        texts: what of the application itself is trained.
    """

    def __init__(
        self, places: Mapping[str, str], attributes: frozenset[str], folder: str, kind: str, texts: Iterable[Parameter]
    ) -> None:
        super().__init__(places, attributes, folder)
        self._kind, self._texts, self._at = kind, list(texts), ""
        self._own = self._now()
        self.copies: list[Texts] = []  # of the application, each with the value of every text in it
        self.sources: list[Source] = []  # of the user, that something is imported from

    def block(self, node: str, layer: Module) -> str:
        """What stands at a node.

        Raises:
            MisuseError: it can't be written down.
        """
        self._at = node
        return self.layer(layer)

    def layer(self, layer: Module) -> str:
        """A layer as a block; the node that it is put around as that node, with the words that are in force for it."""
        return self._node() if isinstance(chosen(layer), BlackBox) else super().layer(layer)

    def _node(self) -> str:
        return f"Chain({self._app()})" if self._kind == "chain" else f"Node({self._app()}, {self._at!r})"

    def _app(self) -> str:
        if (now := self._now()) == self._own:
            return "original"
        if now not in self.copies:
            self.copies.append(now)
        return f"copy_{self.copies.index(now) + 1}"

    def _now(self) -> Texts:
        return {parameter: parameter.value for parameter in self._texts}

    def _named(self, value: Any) -> str | None:
        place = None if isinstance(value, type | FunctionType) else preferred(holders(value))
        if place is None:
            return super()._named(value)
        self.sources.append(place.source)
        return super().imported(place.module, place.attribute)

    def imported(self, module: str, name: str) -> str:
        """What a name of a module is called here; that of a script is its file's."""
        if module in self.places or (source := source_of(sys.modules.get(module))) is None:
            return super().imported(module, name)
        self.sources.append(source)
        return super().imported(import_name(source), name)
