"""The forms in which an application is handed over with values written into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llmdl_langgraph.discover import Discovery
from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.export import Values, as_folder, as_graph, as_module, as_patch, edits
from llmdl_langgraph.isolation import Graph
from llmdl_langgraph.middleware import as_middleware
from llmdl_langgraph.offers import Offer
from llmdl_langgraph.tool_texts import ToolText
from llmdl_langgraph.verify import Exported
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module

FORMS = ("patch", "weights", "graph", "module", "middleware")


@dataclass(frozen=True)
class Handover:
    """What is handed over.

    Args:
        original: the user's graph.
        discovery: its texts and sources.
        tools: name → description of a tool, of a field or of a schema.
        layers: node → the layer that took its place.
        offers: name → what can be chosen for a node.
    """

    original: Graph
    discovery: Discovery
    tools: Mapping[str, ToolText]
    layers: Mapping[str, Module]
    offers: Mapping[str, Offer]

    def as_form(self, form: str, values: Values) -> Any:
        """The application in one of the forms that are written by its source.

        Raises:
            MisuseError: the graph has no name in a module, or a layer has no plain form.
            CannotExportError: a text can't be written at its place in the source.
        """
        self._refuse_offers(values, form)
        if form == "middleware":
            self._refuse_layers(form)
            return as_middleware(self.original, self.discovery, self.tools, values)
        changes = edits(self.discovery, self.tools, values)
        if form == "patch":
            return as_patch(self.discovery, self.tools, changes)
        make = as_graph if form == "graph" else as_module
        return make(self.original, self.discovery, self.layers, changes, values)

    def as_folder(self, values: Values) -> Exported:
        """The application as a folder that runs on its own, to be compared with the trained one.

        Raises:
            MisuseError: the graph has no name in a module, or a layer has no plain form.
            CannotExportError: a text can't be written at its place in the source.
        """
        self._refuse_offers(values, "copy that is compared")
        changes = edits(self.discovery, self.tools, values)
        return as_folder(self.original, self.discovery, self.layers, changes, values)

    def _refuse_offers(self, values: Values, form: str) -> None:
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
