"""Docstrings that code reads as texts, by `__doc__` or `inspect.getdoc`: they may be sent to a model."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from llmdl_langgraph.reading.place import called
from llmdl_langgraph.wording.template import every

ANY = "*"

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def read_docstrings(trees: Sequence[ast.Module]) -> frozenset[str]:
    """The functions and classes whose docstrings are read, by name; `ANY` where code reads that of what it is given."""
    defined = {node.name for tree in trees for node in every(tree) if isinstance(node, _Definition)}
    return frozenset(name if name in defined else ANY for tree in trees for name in _read(tree))


def _read(tree: ast.Module) -> Iterator[str]:
    for node in every(tree):
        match node:
            case ast.Attribute(value=owner, attr="__doc__"):
                yield _name(owner)
            case ast.Call(args=[owner, *_]) if called(node) == "getdoc":
                yield _name(owner)


def _name(owner: ast.expr) -> str:
    match owner:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ANY
