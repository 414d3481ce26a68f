"""Tables that code quotes and reads, such as `json.loads('{"system": …}')`: each text of one is a text of its own."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from llmdl_langgraph.reading.place import called
from llmdl_langgraph.reading.tables import Entry, read_table
from llmdl_langgraph.wording.template import every

Kinds = Sequence[str]

# The last name of what reads a table → how it may be written, as the end of a file's name says it.
READING: Mapping[str, Kinds] = {
    "loads": (".json", ".toml"),
    "load": (".yaml",),
    "safe_load": (".yaml",),
    "full_load": (".yaml",),
    "read_string": (".ini",),
}


def read_by_name(tree: ast.Module) -> dict[str, Kinds]:
    """The names of texts that are read as tables."""
    found = {}
    for node in every(tree):
        match node:
            case ast.Call(args=[ast.Name(id=name), *_]) if called(node) in READING:
                found[name] = READING[called(node)]
    return found


def entries_of(text: str, kinds: Kinds) -> tuple[str, list[Entry]]:
    """How a text is written as a table, and its entries; none where it is no table."""
    for kind in kinds:
        if entries := [entry for entry in read_table(text, kind) if entry.keys and entry.value.strip()]:
            return kind, entries
    return "", []
