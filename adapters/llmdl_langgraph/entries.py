"""YAML and JSON files as sites, one for each text in them; and new text in their place."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.sites import Site
from llmdl_langgraph.template import Span, position

# Where a text stands is what the standard library's reader knows, but only its own parts tell.
decoding: Any = importlib.import_module("json.decoder")
scanning: Any = importlib.import_module("json.scanner")

Keys = tuple[str | int, ...]
_GENERIC = {
    "content",
    "human",
    "instruction",
    "instructions",
    "message",
    "prompt",
    "system",
    "template",
    "text",
    "user",
    "value",
}
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Entry:
    """One text of a table.

    Args:
        keys: the way to it: keys and places in lists.
        value: the text.
        start, end: its span, in characters.
        span: the same in lines and columns.
        style: how YAML writes it: `|`, `>`, `'`, `"` or "" for plain.
        margin: the column of what holds it.
    """

    keys: Keys
    value: str
    start: int
    end: int
    span: Span
    style: str
    margin: int


def entries_in(text: str, file: Path, name: str) -> list[Site]:
    """The texts of a YAML or JSON file; none where it can't be read."""
    seen: Counter[str] = Counter()
    sites = []
    for entry in _entries(text, file):
        label = _label(entry.keys, file.stem)
        scope = ".".join(map(str, entry.keys))
        sites.append(Site(file, name, entry.span, "entry", scope, label, "", entry.value, nth=seen[scope]))
        seen[scope] += 1
    return sites


def _label(keys: Keys, stem: str) -> str:
    """The key that holds a text; with the one above it where it says nothing by itself."""
    named = [stem, *(key for key in keys if isinstance(key, str))]
    return "_".join(named[-2:]) if named[-1].lower() in _GENERIC else named[-1]


def patched_table(content: str, edits: Mapping[Site, str]) -> str:
    """The content of a YAML or JSON file with new texts in place of old ones, and nothing else changed.

    Raises:
        CannotExportError: a text has changed since it was read, or can't be written at its place.
    """
    for site, new in edits.items():
        content = _changed(content, site, new)
    return content


def _changed(content: str, site: Site, new: str) -> str:
    before = _entries(content, site.file)
    entry = next((e for e in before if ".".join(map(str, e.keys)) == site.scope and e.value == site.text), None)
    if entry is None:
        raise CannotExportError(f"{site.key} has changed in {site.file} since it was read: read it again.")
    wanted = [(e.keys, new if e is entry else e.value) for e in before]
    for spelled in _spellings(content, entry, new, site.file):
        changed = content[: entry.start] + spelled + content[entry.end :]
        if [(e.keys, e.value) for e in _entries(changed, site.file)] == wanted:
            return changed
    raise CannotExportError(f"{site.key} can't hold this text in {site.file}, line {entry.span[0]}.")


def _spellings(content: str, entry: Entry, new: str, file: Path) -> Iterator[str]:
    """Ways to write a text, its present style first."""
    old = content[entry.start : entry.end]
    if file.suffix.lower() == ".json":
        yield json.dumps(new, ensure_ascii=old.isascii() and not entry.value.isascii())
        return
    if entry.style in ("|", ">"):
        yield _block(old, new, entry.margin)
    elif not entry.style:
        yield new
    elif entry.style == "'":
        yield "'" + new.replace("'", "''") + "'"
    yield json.dumps(new, ensure_ascii=False)
    yield json.dumps(new)


def _block(old: str, new: str, margin: int) -> str:
    """A literal block with the indentation of the old one."""
    lines = [line for line in old.split("\n")[1:] if line.strip()]
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines), default=margin + 2)
    body = new.rstrip("\n")
    blank = len(new) - len(body)
    keep = "-" if not blank else "" if blank == 1 else "+"
    written = "\n".join(" " * indent + line if line else "" for line in body.split("\n"))
    begins = str(indent - margin) if body[:1] in (" ", "\n") else ""
    after = old[len(old.rstrip("\n")) :] if old.endswith("\n") else ""
    return f"|{begins}{keep}\n{written}" + ("\n" * blank if keep == "+" else after)


def _entries(text: str, file: Path) -> list[Entry]:
    try:
        return list(_of_json(text) if file.suffix.lower() == ".json" else _of_yaml(text))
    except (yaml.YAMLError, ValueError, RecursionError):
        return []


def _of_yaml(text: str) -> Iterator[Entry]:
    root = yaml.compose(text, Loader=_Loader)
    return _walk(root, (), 0) if root else iter(())


def _walk(node: yaml.Node, keys: Keys, margin: int) -> Iterator[Entry]:
    match node:
        case yaml.MappingNode(value=pairs):
            for key, value in pairs:
                if isinstance(key, yaml.ScalarNode):
                    yield from _walk(value, (*keys, key.value), key.start_mark.column)
        case yaml.SequenceNode(value=items):
            for n, item in enumerate(items):
                yield from _walk(item, (*keys, n), node.start_mark.column)
        case yaml.ScalarNode(tag="tag:yaml.org,2002:str", value=value) if value.strip():
            start, end = node.start_mark, node.end_mark
            span = start.line + 1, start.column, end.line + 1, end.column
            yield Entry(keys, value, start.index, end.index, span, node.style or "", margin)


def _of_json(text: str) -> Iterator[Entry]:
    """Texts in the order in which they stand; none where a key occurs twice, so that one is never read."""
    spans: list[tuple[int, int]] = []

    def noted(source: str, begin: int, strict: bool) -> tuple[str, int]:
        value, end = decoding.scanstring(source, begin, strict)
        spans.append((begin - 1, end))
        return value, end

    decoder: Any = json.JSONDecoder()
    decoder.parse_string = noted
    decoder.scan_once = scanning.py_make_scanner(decoder)  # the one in C notes nothing
    texts = list(_texts(decoder.decode(text), ()))
    for (keys, value), (start, end) in zip(texts, spans, strict=True):
        if value.strip():
            span = (*position(text, start), *position(text, end))
            yield Entry(keys, value, start, end, span, '"', 0)


def _texts(table: object, keys: Keys) -> Iterator[tuple[Keys, str]]:
    match table:
        case str():
            yield keys, table
        case dict():
            for key, value in table.items():
                yield from _texts(value, (*keys, key))
        case list():
            for n, value in enumerate(table):
                yield from _texts(value, (*keys, n))
