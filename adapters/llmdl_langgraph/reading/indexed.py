"""Where the nodes of all trees are, by what they call, read and quote: looked through once."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from llmdl_langgraph.reading.place import called
from llmdl_langgraph.reading.sites import span_of
from llmdl_langgraph.reading.source import Source
from llmdl_langgraph.wording.template import Span, every

Place = tuple[Source, ast.AST]


@dataclass(frozen=True)
class Index:
    """Where the nodes of all trees are: calls by what is called, reads and quotes by the name, texts by their span."""

    calls: dict[str, list[Place]] = field(default_factory=dict)
    reads: dict[str, list[Place]] = field(default_factory=dict)
    quoted: dict[str, list[Place]] = field(default_factory=dict)
    texts: dict[tuple[Path, Span], list[Place]] = field(default_factory=dict)


def index(sources: Sequence[Source]) -> Index:
    """All trees, looked through once."""
    found = Index()
    for source in sources:
        for node in every(source.tree):
            _add(found, source, node)
    return found


def _add(found: Index, source: Source, node: ast.AST) -> None:
    if isinstance(node, ast.Call):
        found.calls.setdefault(called(node), []).append((source, node))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        found.quoted.setdefault(node.value, []).append((source, node))
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp | ast.Call):
        found.texts.setdefault((source.file, span_of(node)), [(source, node)])
    for name in read(node):
        found.reads.setdefault(name, []).append((source, node))


def read(node: ast.AST) -> tuple[str, ...]:
    """The name that a node reads, or adds to."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()):
            return (name,)
        case ast.AugAssign(target=ast.Name(id=name) | ast.Attribute(attr=name)):
            return (name,)
    return ()
