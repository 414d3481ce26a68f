"""A network back as what the user has: a diff of their source, a plain graph, a folder with a plain module."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from llmdl_langgraph.copies import Edits, Files, copied, edited, mark, read, tops
from llmdl_langgraph.discover import Discovery
from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.generate import generate
from llmdl_langgraph.isolation import Graph
from llmdl_langgraph.locate import Location, closure, locate
from llmdl_langgraph.patch import unified_diff
from llmdl_langgraph.plain_form import PlainLayer, plain_layers
from llmdl_langgraph.private_import import private_import
from llmdl_langgraph.refusals import refuse, refuse_files
from llmdl_langgraph.sites import Site
from llmdl_langgraph.source import Source
from llmdl_langgraph.tool_texts import ToolText, tool_edits
from llmdl_langgraph.verify import Exported
from llmdl_plugins.module import Module
from llmdl_plugins.parameter import Parameter

NAMES = ("app", "trained_app", "trained_graph")

Values = Mapping[Parameter, Any]


def edits(discovery: Discovery, tools: Mapping[str, ToolText], values: Values) -> Edits:
    """What has to change in which file; a text that stands at several places changes at all of them.

    Raises:
        CannotExportError: a text can't be written at one of its places, or two would be written at one.
    """
    found: dict[Path, dict[Site, str]] = {}
    for name, wanted in _wanted(discovery, tools, values):
        refuse(name, wanted, discovery.sources)
        for site, raw in wanted.items():
            if found.setdefault(site.file, {}).get(site, raw) != raw:
                raise CannotExportError(
                    f"{site.key} is a prompt and the description of a tool: change only one of them."
                )
            found[site.file][site] = raw
    return found


def _wanted(
    discovery: Discovery, tools: Mapping[str, ToolText], values: Values
) -> Iterator[tuple[str, Mapping[Site, str]]]:
    """Each changed parameter by name, with the raw text for each of its places."""
    for name, text in discovery.texts.items():
        value = values.get(text.parameter, text.parameter.default)
        if value != text.parameter.default:
            yield name, {} if text.is_sourceless else {site: text.raw(site, value) for site in text.sites}
    raws = tool_edits(tools.values(), values)
    for name, tool in tools.items():
        if values.get(tool.parameter, tool.parameter.default) != tool.parameter.default:
            yield name, {tool.source.site: raws[tool.source.site]}


def as_patch(discovery: Discovery, tools: Mapping[str, ToolText], changes: Edits) -> str:
    """The changes as a unified diff; paths are relative to the git root, or else to what the files have in common.

    Raises:
        CannotExportError: a text can't be written at its place, or a file could not be patched.
    """
    names = {site: name for name, text in discovery.texts.items() for site in text.sites}
    names |= {tool.source.site: name for name, tool in tools.items() if not isinstance(tool.origin, str)}
    roots = {file: _git_root(file) for file in changes}
    refuse_files({file: names[next(iter(sites))] for file, sites in changes.items()}, roots)
    diffs = [
        unified_diff(
            file.relative_to(roots[file] or _common(list(changes))).as_posix(),
            mark(file) + read(file),
            mark(file) + edited(file, changes),
        )
        for file in sorted(changes)
    ]
    return "".join(diffs)


def _git_root(file: Path) -> Path | None:
    return next((folder for folder in file.parents if (folder / ".git").exists()), None)


def _common(files: Sequence[Path]) -> Path:
    return next(folder for folder in files[0].parents if all(file.is_relative_to(folder) for file in files))


def as_graph(
    original: Graph, discovery: Discovery, layers: Mapping[str, Module], changes: Edits, values: Values
) -> Any:
    """A plain compiled graph, imported from a changed copy of the user's sources.

    Raises:
        MisuseError: the graph has no name in a module, or a layer has no plain form.
        CannotExportError: a changed text stands outside of what is copied.
    """
    place = locate(original)
    sources = closure(place.source)
    written = _plain(layers, values)
    files, names = _copied(sources, discovery, changes), tops(sources)
    if not written:
        return getattr(private_import(files, names, place.module), place.attribute)
    name = _name(names)
    return private_import({**files, **_generated(place, written, name)}, {*names, name}, name).graph


def as_module(
    original: Graph, discovery: Discovery, layers: Mapping[str, Module], changes: Edits, values: Values
) -> dict[str, str]:
    """File name → text of a folder that runs under LangGraph alone: the user's changed sources and a plain module.

    Raises:
        MisuseError: the graph has no name in a module, or a layer has no plain form.
        CannotExportError: a changed text stands outside of what is copied.
    """
    files = as_folder(original, discovery, layers, changes, values).files
    return {path: text for path, content in files.items() if (text := _text(content)) is not None}


def as_folder(
    original: Graph, discovery: Discovery, layers: Mapping[str, Module], changes: Edits, values: Values
) -> Exported:
    """The same folder with everything in it, and the module that holds its graph."""
    place = locate(original)
    sources = closure(place.source)
    name = _name(tops(sources))
    files = _copied(sources, discovery, changes) | _generated(place, _plain(layers, values), name)
    return Exported(files, name, "graph")


def _copied(sources: Sequence[Source], discovery: Discovery, changes: Edits) -> Files:
    return copied(sources, changes, [file.path for file in discovery.files if file.is_mentioned])


def _plain(layers: Mapping[str, Module], values: Values) -> list[PlainLayer]:
    value = lambda parameter: values.get(parameter, parameter.default)  # noqa: E731
    return [plain for node, layer in layers.items() for plain in plain_layers(node, layer, value)]


def _generated(place: Location, layers: Sequence[PlainLayer], name: str) -> Files:
    written = generate(place, layers)
    config = {"dependencies": ["."], "graphs": {"agent": f"./{name}.py:graph"}}
    texts = {
        f"{name}.py": written.code,
        "demonstrations.json": json.dumps(written.examples, indent=2, ensure_ascii=False) + "\n",
        "requirements.txt": "\n".join(written.requires) + "\n",
        "langgraph.json": json.dumps(config, indent=2) + "\n",
    }
    return {path: text.encode() for path, text in texts.items()}


def _name(taken: set[str]) -> str:
    return next(name for name in NAMES if name not in taken)


def _text(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
