"""The texts of a YAML, JSON, TOML, INI or CSV file, and where each stands."""

from __future__ import annotations

import importlib
import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import yaml

from llmdl_langgraph.reading.csv_tables import of_csv
from llmdl_langgraph.reading.ini_tables import of_ini
from llmdl_langgraph.reading.keyed import Keyed, Keys, texts_by_key
from llmdl_langgraph.reading.toml_tables import of_toml
from llmdl_langgraph.wording.template import Span

# Where a text stands is what the standard library's reader knows, but only its own parts tell.
decoding: Any = importlib.import_module("json.decoder")
scanning: Any = importlib.import_module("json.scanner")

_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")  # an anchor or a tag
_LOADERS = list(dict.fromkeys([getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader]))


@dataclass(frozen=True)
class Entry:
    """One text of a table.

    Args:
        keys: the way to it: keys and places in lists.
        value: the text.
        start, end: its span, in characters.
        span: the same in lines and columns.
        style: how YAML writes it: `|`, `>`, `'`, `"` or "" for plain; the quotes of TOML and CSV.
        margin: the column of what holds it.
    """

    keys: Keys
    value: str
    start: int
    end: int
    span: Span
    style: str
    margin: int


Reader = Callable[[str], list[Entry]]


def read_table(text: str, kind: str) -> list[Entry]:
    """The texts of a table in order; none where it can't be read.

    Args:
        text: the table.
        kind: how it is written, as the end of a file's name says it: `.yaml`.
    """
    return readers(kind)[0](text)


def readers(kind: str) -> list[Reader]:
    """What an application can read such a table with: for YAML and INI two, which don't agree about every text."""
    return READERS.get(kind, READERS[".yaml"])


def _read(entries: Callable[[str], Iterator[Entry]], text: str) -> list[Entry]:
    try:
        return list(entries(text))
    except (yaml.YAMLError, ValueError, RecursionError):
        return []


def _of_yaml(loader: type[yaml.SafeLoader], text: str) -> Iterator[Entry]:
    roots = list(yaml.compose_all(text, Loader=loader))
    for n, root in enumerate(roots):
        yield from _walk(text, root, (n,) if len(roots) > 1 else (), 0, set()) if root else ()


def _walk(text: str, node: yaml.Node, keys: Keys, margin: int, seen: set[yaml.Node]) -> Iterator[Entry]:
    """The texts under a node, each once however many aliases it has."""
    if node in seen:
        return
    seen.add(node)
    match node:
        case yaml.MappingNode(value=pairs):
            last = {key.value: (key, value) for key, value in pairs if isinstance(key, yaml.ScalarNode)}
            for key, value in last.values():
                yield from _walk(text, value, (*keys, key.value), key.start_mark.column, seen)
        case yaml.SequenceNode(value=items):
            for n, item in enumerate(items):
                yield from _walk(text, item, (*keys, n), node.start_mark.column, seen)
        case yaml.ScalarNode(tag="tag:yaml.org,2002:str"):
            yield _scalar(text, node, keys, margin)


def _scalar(text: str, node: yaml.ScalarNode, keys: Keys, margin: int) -> Entry:
    start, end = node.start_mark, node.end_mark
    properties = _PROPERTIES.match(text, start.index)
    span = start.line + 1, start.column, end.line + 1, end.column
    begin = properties.end() if properties else start.index
    return Entry(keys, node.value, begin, end.index, span, node.style or "", margin)


def _of_json(text: str) -> Iterator[Entry]:
    """Texts in the order in which they stand; none where a key occurs twice, so that one is never read."""
    spans: list[tuple[int, int]] = []

    def noted(source: str, begin: int, strict: bool) -> tuple[str, int]:
        value, end = decoding.scanstring(source, begin, strict)
        spans.append((begin - 1, end))
        return value, end

    decoder: Any = json.JSONDecoder(object_pairs_hook=_once)
    decoder.parse_string = noted
    decoder.scan_once = scanning.py_make_scanner(decoder)  # the one in C notes nothing
    texts = list(texts_by_key(decoder.decode(text)))
    lines = [0, *(end.end() for end in re.finditer("\n", text))]
    for (keys, value), (start, end) in zip(texts, spans, strict=True):
        yield Entry(keys, value, start, end, (*_position(lines, start), *_position(lines, end)), '"', 0)


def _entries(read: Callable[[str], Iterator[Keyed]], text: str) -> Iterator[Entry]:
    lines = [0, *(end.end() for end in re.finditer("\n", text))]
    for one in read(text):
        span = (*_position(lines, one.start), *_position(lines, one.end))
        yield Entry(one.keys, one.value, one.start, one.end, span, one.style, 0)


def _position(lines: Sequence[int], at: int) -> tuple[int, int]:
    row = bisect_right(lines, at)
    return row, at - lines[row - 1]


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a key occurs twice")
    return table


_INI: list[Reader] = [partial(_read, partial(_entries, partial(of_ini, interpolated=how))) for how in (False, True)]
READERS: dict[str, list[Reader]] = {
    ".json": [partial(_read, _of_json)],
    ".toml": [partial(_read, partial(_entries, of_toml))],
    ".yaml": [partial(_read, partial(_of_yaml, loader)) for loader in _LOADERS],
    ".ini": _INI,
    ".cfg": _INI,
    ".csv": [partial(_read, partial(_entries, of_csv))],
    ".tsv": [partial(_read, partial(_entries, of_csv))],
}
