"""The forms in which an application is handed over with values written into it, and what stands where in its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.exporting.export import Values, as_patch, edits
from llmdl_langgraph.exporting.folder import Application, as_folder, as_graph, as_module
from llmdl_langgraph.exporting.middleware import as_middleware
from llmdl_langgraph.exporting.refusals import place_of, reason
from llmdl_langgraph.exporting.verify import Exported
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.running.offers import Offer
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.parameter import Parameter

FORMS = ("patch", "weights", "graph", "module", "middleware")


@dataclass(frozen=True)
class Handover:
    """What is handed over.

    Args:
        app: the application with its texts and layers.
        offers: name → what can be chosen for a node.
        links: name → what is trained of layers that are links of a chain of the user.
    """

    app: Application
    offers: Mapping[str, Offer]
    links: Mapping[str, Parameter]

    def places(self, name: str) -> list[str]:
        """Where a parameter stands in the source: file and line, or cell and line, of each place."""
        return [place_of(site) for site in self._sites(name)]

    def unexportable(self, name: str) -> str | None:
        """Why a change of a parameter could not be handed over as a patch; None where it could."""
        if (tool := self.app.tools.get(name)) and isinstance(tool.origin, str):
            return tool.origin
        if not (sites := self._sites(name)):
            return "it is no text of the source"
        return next((why for site in sites if (why := reason(site, self.app.discovery.sources))), None)

    def _sites(self, name: str) -> Sequence[Site]:
        if text := self.app.discovery.texts.get(name):
            return text.sites
        tool = self.app.tools.get(name)
        return [] if tool is None or isinstance(tool.origin, str) else [tool.origin.site]

    def as_form(self, form: str, values: Values) -> Any:
        """The application in one of the forms that are written by its source.

        Raises:
            MisuseError: the graph has no name in a module, or a layer has no plain form.
            CannotExportError: a text can't be written at its place in the source.
        """
        self._refuse_offers(values, form)
        self._refuse_links(values, form)
        app = self.app
        if form in ("patch", "middleware"):
            self._refuse_layers(form, values)
        if form == "middleware":
            return as_middleware(app.original, app.discovery, app.tools, values)
        if form == "patch":
            return as_patch(app.discovery, app.tools, edits(app.discovery, app.tools, values))
        return as_graph(app, values) if form == "graph" else as_module(app, values)

    def as_folder(self, values: Values) -> Exported:
        """The application as a folder that runs on its own, to be compared with the trained one.

        Raises:
            MisuseError: the graph has no name in a module, or a layer has no plain form.
            CannotExportError: a text can't be written at its place in the source.
        """
        self._refuse_offers(values, "copy that is compared")
        self._refuse_links(values, "copy that is compared")
        return as_folder(self.app, values)

    def _refuse_offers(self, values: Values, form: str) -> None:
        if taken := {name: values[o.parameter] for name, o in self.offers.items() if o.parameter in values}:
            said = ", ".join(f"{name} = {value!r}" for name, value in taken.items())
            raise CannotExportError(
                f'A {form} holds texts, not {said}: export "weights" for all values, '
                "or leave such choices out of the values and write them in your source by hand."
            )

    def _refuse_links(self, values: Values, form: str) -> None:
        if taken := [name for name, parameter in self.links.items() if parameter in values]:
            raise CannotExportError(
                f'{taken[0]} is of a layer in a chain of yours, which a {form} can\'t write anew: export "weights", or '
                "put the layer into a Sequential, or into a graph as its node."
            )

    def _refuse_layers(self, form: str, values: Values) -> None:
        if layers := self.app.standing(values):
            raise MisuseError(
                f"Layers at {', '.join(layers)} can't be exported as {form}, which holds texts only: "
                'use export("module") (--as module), or export("weights").'
            )
