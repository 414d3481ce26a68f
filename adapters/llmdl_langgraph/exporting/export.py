"""Trained texts at their places in the user's source: which edits those are, and the diff that they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.exporting.copies import Edits, edited, mark, read
from llmdl_langgraph.exporting.patch import unified_diff
from llmdl_langgraph.exporting.refusals import refuse, refuse_files
from llmdl_langgraph.finding.discover import Discovery
from llmdl_langgraph.matching.tool_texts import ToolText, tool_edits
from llmdl_langgraph.reading.sites import Site
from llmdl_plugins.parameter import Parameter

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
