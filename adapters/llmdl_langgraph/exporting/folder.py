"""An application as plain code that runs without this package: its changed sources, and a module around them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from llmdl_langgraph.exporting.copies import Files, copied, tops
from llmdl_langgraph.exporting.export import Values, edits
from llmdl_langgraph.exporting.generate import generate
from llmdl_langgraph.exporting.private_import import private_import
from llmdl_langgraph.exporting.spelling import NODES, ApplicationSpeller
from llmdl_langgraph.exporting.verify import Exported
from llmdl_langgraph.finding.discover import Discovery
from llmdl_langgraph.matching.tool_texts import ToolText
from llmdl_langgraph.reading.locate import closure, locate
from llmdl_langgraph.reading.source import Source
from llmdl_langgraph.running.black_box import BlackBox
from llmdl_langgraph.running.compiled import compiled
from llmdl_langgraph.running.layered import own_layers
from llmdl_plugins.binding import using
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.made import made
from llmdl_plugins.module import Module
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.standalone.files import FOLDER, modules, requirements, written
from llmdl_plugins.standalone.graph import parameter_names
from llmdl_plugins.standalone.needed import needed
from llmdl_plugins.standalone.parts import chosen, roots

NAMES = ("app", "trained_app", "trained_graph")
FOLDERS = (FOLDER, f"trained_{FOLDER}")
_CODE = (files("llmdl_langgraph") / "templates" / f"{NODES}.py").read_text


@dataclass(frozen=True)
class Application:
    """What is handed over.

    Args:
        original: the user's graph or chain.
        kind: "graph" or "chain".
        discovery: its texts and sources.
        tools: name → description of a tool, of a field or of a schema.
        layers: node → the layer that took its place.
    """

    original: Any
    kind: str
    discovery: Discovery
    tools: Mapping[str, ToolText]
    layers: Mapping[str, Module]

    @property
    def texts(self) -> list[Parameter]:
        """Those that stand in its sources."""
        parameters = [text.parameter for text in self.discovery.texts.values()]
        return parameters + [tool.parameter for tool in self.tools.values()]

    def standing(self, values: Values) -> dict[str, Module]:
        """Node → the layer that stands there under these values; without the nodes that are as they were."""
        with using(values):
            return {
                node: layer
                for node, layer in self.layers.items()
                if not isinstance(chosen(layer), BlackBox) and not self._stays(node, layer, values)
            }

    def _stays(self, node: str, layer: Module, values: Values) -> bool:
        """Whether a node is a layer that the user has put there, with nothing of it changed."""
        return own_layers(self.original).get(node) is layer and not values.keys() & {*layer.named_parameters().values()}

    def copy(self, sources: Sequence[Source], values: Values) -> Files:
        """These sources with other texts in them."""
        changes = edits(self.discovery, self.tools, {parameter: values[parameter] for parameter in self.texts})
        return copied(sources, changes, [file.path for file in self.discovery.files if file.is_mentioned])


def as_graph(app: Application, values: Values) -> Any:
    """A plain compiled graph, imported from a changed copy of the user's sources.

    Raises:
        MisuseError: the graph has no name in a module, or a layer has no plain form.
        CannotExportError: a changed text stands outside of what is copied.
    """
    exported, names = _laid_out(app, values)
    found = getattr(private_import(exported.files, names, exported.module), exported.attribute)
    return compiled(made(found, exported.attribute))


def as_module(app: Application, values: Values) -> dict[str, str]:
    """File name → text of a folder that runs without this package: the user's changed sources and a plain module.

    Raises:
        MisuseError: the application has no name in a module, or a layer has no plain form.
        CannotExportError: a changed text stands outside of what is copied.
    """
    files = as_folder(app, values).files
    return {path: text for path, content in files.items() if (text := _text(content)) is not None}


def as_folder(app: Application, values: Values) -> Exported:
    """The same folder with everything in it, and the module that holds the application."""
    return _laid_out(app, values)[0]


def _laid_out(app: Application, values: Values) -> tuple[Exported, set[str]]:
    """The folder, and the top-level names that it defines."""
    place, layers, folder = locate(app.original), app.standing(values), _free_folder()
    if layers and place.origin and place.origin.is_opened:
        raise MisuseError(
            f"{place.attribute} opens the graph and closes it again, so no layer can stand in it for good: assign the "
            f"graph at module level for what is trained at {', '.join(layers)}, or export the texts alone."
        )
    with using(values):
        needs = needed({name for layer in layers.values() for name in roots(layer, BlackBox)})
        places = modules(needs, NODES)
        speller = ApplicationSpeller(places, needs.attributes, folder, app.kind, app.texts)
        blocks = {node: speller.block(node, layer) for node, layer in layers.items()}
        around = written(needs, places, parameter_names(layers), folder) if blocks else {}
        own = {parameter: parameter.value for parameter in app.texts}
    sources = closure(place.source, *speller.sources)
    files = app.copy(sources, own)
    for n, texts in enumerate(speller.copies, start=1):
        files |= {f"copies/{n}/{path}": content for path, content in app.copy(closure(place.source), texts).items()}
    around |= {f"{folder}/{NODES}.py": _CODE("utf-8")} if blocks else {}
    name = _free(NAMES, tops(sources))
    told = {f"{name}.py": generate(place, app.kind, speller, blocks), **around}
    told["requirements.txt"] = requirements(
        [*told.values(), *(source.text for source in sources)], *tops(sources), folder
    )
    told |= {"langgraph.json": _served(name)} if app.kind == "graph" else {}
    names = {*tops(sources), name, folder}
    return Exported({**files, **{path: text.encode() for path, text in told.items()}}, name, app.kind), names


def _served(name: str) -> str:
    """What `langgraph dev` reads."""
    return json.dumps({"dependencies": ["."], "graphs": {"agent": f"./{name}.py:graph"}}, indent=2) + "\n"


def _free_folder() -> str:
    """A name for the folder of blocks that no package has."""
    return next(name for name in FOLDERS if name not in sys.modules and find_spec(name) is None)


def _free(names: Sequence[str], taken: set[str]) -> str:
    return next(name for name in names if name not in taken)


def _text(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
