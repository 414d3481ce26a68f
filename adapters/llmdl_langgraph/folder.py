"""An application as plain code that runs without this package: its changed sources, and a module around them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmdl_langgraph.copies import Files, copied, tops
from llmdl_langgraph.discover import Discovery
from llmdl_langgraph.export import Values, edits
from llmdl_langgraph.generate import generate, wired
from llmdl_langgraph.layered import own_layers
from llmdl_langgraph.locate import closure, locate
from llmdl_langgraph.plain_form import Expression, Named, Value, Written
from llmdl_langgraph.private_import import private_import
from llmdl_langgraph.source import Source
from llmdl_langgraph.tool_texts import ToolText
from llmdl_langgraph.verify import Exported
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module
from llmdl_plugins.parameter import Parameter

NAMES = ("app", "trained_app", "trained_graph")
WIRINGS = ("wiring", "trained_wiring")
_NODE = {"graph": "of_node({app}, {node!r})", "chain": "of_chain({app})"}
_NEEDS = {"graph": "langgraph", "chain": "langchain-core"}


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

    def blocks(self, values: Values, written: Written) -> dict[str, Expression]:
        """Node → what stands there under these values, as code; without the nodes that are as they were.

        Raises:
            MisuseError: a layer has no plain form.
        """

        def value(parameter: Parameter) -> Any:
            return values.get(parameter, parameter.default)

        blocks = {
            node: written.layer(node, layer, value)
            for node, layer in self.layers.items()
            if not self._stays(node, layer, values)
        }
        return {node: block for node, block in blocks.items() if block != Named(written.own("original", node))}

    def _stays(self, node: str, layer: Module, values: Values) -> bool:
        """Whether a node is a layer that the user has put there, with nothing of it changed."""
        return own_layers(self.original).get(node) is layer and not values.keys() & {*layer.named_parameters().values()}

    def written(self) -> Written:
        """Nothing written yet."""
        return Written(lambda app, node: _NODE[self.kind].format(app=app, node=node))

    def copy(self, sources: Sequence[Source], value: Value) -> Files:
        """These sources with other texts in them."""
        parameters = [text.parameter for text in self.discovery.texts.values()]
        parameters += [tool.parameter for tool in self.tools.values()]
        changes = edits(self.discovery, self.tools, {parameter: value(parameter) for parameter in parameters})
        return copied(sources, changes, [file.path for file in self.discovery.files if file.is_mentioned])


def as_graph(app: Application, values: Values) -> Any:
    """A plain compiled graph, imported from a changed copy of the user's sources.

    Raises:
        MisuseError: the graph has no name in a module, or a layer has no plain form.
        CannotExportError: a changed text stands outside of what is copied.
    """
    exported, names = _laid_out(app, values)
    return getattr(private_import(exported.files, names, exported.module), exported.attribute)


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
    place, written = locate(app.original), app.written()
    blocks = app.blocks(values, written)
    models = [_model(model) for model in written.models]
    sources = closure(place.source, *(model.source for model in models))
    files = app.copy(sources, lambda parameter: values.get(parameter, parameter.default))
    for n, value in enumerate(written.copies, start=1):
        files |= {f"copies/{n}/{path}": content for path, content in app.copy(closure(place.source), value).items()}
    name, wiring = _free(NAMES, tops(sources)), _free(WIRINGS, tops(sources))
    code = generate(place, app.kind, models, wiring, written, blocks)
    around = {f"{wiring}/{path}": text for path, text in wired(written.functions).items()} if blocks else {}
    texts = {f"{name}.py": code, **around, **dict(_told(app.kind, name, written))}
    folder = {**files, **{path: text.encode() for path, text in texts.items()}}
    return Exported(folder, name, app.kind), {*tops(sources), name, wiring}


def _told(kind: str, name: str, written: Written) -> Iterator[tuple[str, str]]:
    """What stands beside the code: what it needs, and the examples that it reads."""
    yield "requirements.txt", "\n".join(sorted({_NEEDS[kind], *written.requires})) + "\n"
    yield "demonstrations.json", json.dumps(written.examples, indent=2, ensure_ascii=False) + "\n"
    if kind == "graph":
        config = {"dependencies": ["."], "graphs": {"agent": f"./{name}.py:graph"}}
        yield "langgraph.json", json.dumps(config, indent=2) + "\n"


def _model(model: Any) -> Any:
    try:
        return locate(model)
    except MisuseError:
        raise MisuseError(
            f"A block asks a {type(model).__name__} that has no name in any module, so a plain module can't import it: "
            "assign it at module level, or export the weights."
        ) from None


def _free(names: Sequence[str], taken: set[str]) -> str:
    return next(name for name in names if name not in taken)


def _text(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
