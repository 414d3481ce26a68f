"""The names that expressions read, and which names get their values from which."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from llmdl_langgraph.reading.place import ANSWERING, called
from llmdl_langgraph.wording.template import every

Alias = tuple[str, str]


def names_in(node: ast.AST) -> Iterator[str]:
    """The last names of what an expression reads."""
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.Subscript(slice=ast.Constant(value=str(name))):
                yield name


def closed(names: set[str], aliases: Sequence[Alias]) -> set[str]:
    """The names, and those that they get their values from."""
    known = -1
    while known != len(names):
        known = len(names)
        names = names | {origin for name, origin in aliases if name in names}
    return names


def aliases(tree: ast.AST) -> Iterator[Alias]:
    """Name → what it is given: by assignment, default, keyword or dictionary entry."""
    for node in every(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from ((n, o) for t in targets for n in names_in(t) for o in _origins(value))
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.AugAssign(target=target, value=value):
                yield from ((n, o) for n in names_in(target) for o in _origins(value))
            case ast.keyword(arg=str(name), value=ast.Name() | ast.Attribute() as value):
                yield from ((name, o) for o in _origins(value))
            case ast.ImportFrom(names=names):
                yield from ((alias.asname, alias.name) for alias in names if alias.asname)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield from ((name, o) for r in _returns(node) for o in _origins(r))


def _returns(function: ast.AST) -> Iterator[ast.expr]:
    for node in every(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def _origins(value: ast.expr) -> Iterator[str]:
    """The names whose values can be part of a value: not those that a model's answer depends on."""
    for node in _without_answers(value):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name


def _without_answers(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and called(node) in ANSWERING:
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _without_answers(child)
