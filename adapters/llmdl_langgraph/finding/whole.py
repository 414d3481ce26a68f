"""Which expressions are all that a message says: where they stand in it, or by way of a name."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator

from llmdl_langgraph.reading.source import own_level
from llmdl_langgraph.wording.template import every

_Defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def whole(tree: ast.Module, sent: Callable[[ast.AST], Iterator[ast.expr]]) -> Iterator[ast.expr]:
    """The expressions that are all of a message, or that a message begins with or is continued by.

    Args:
        tree: a module.
        sent: the expressions in a piece of code that become part of a message.
    """
    yield from (either for part in sent(tree) for either in branches(part))
    yield from _named(tree.body, sent)
    for node in every(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _named(node.body, sent)


def returned(tree: ast.Module, names: Collection[str]) -> Iterator[ast.expr]:
    """What functions of these names give back, or begin or continue it with."""
    for node in every(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in names:
            yield from (either for part in _results(node) for either in branches(part))
            yield from _named(node.body, _results)


def _results(code: ast.AST) -> Iterator[ast.expr]:
    return (node.value for node in every(code) if isinstance(node, ast.Return) and node.value is not None)


def branches(node: ast.expr) -> Iterator[ast.expr]:
    """An expression, or what either branch of it is."""
    match node:
        case ast.IfExp(body=body, orelse=other):
            yield from (*branches(body), *branches(other))
        case _:
            yield node


def _named(body: list[ast.stmt], sent: Callable[[ast.AST], Iterator[ast.expr]]) -> Iterator[ast.expr]:
    """What a level assigns, or adds, to a name that is all of a message there."""
    own = [statement for statement in own_level(body) if not isinstance(statement, _Defined)]
    said = (either for statement in own for part in sent(statement) for either in branches(part))
    names = {part.id for part in said if isinstance(part, ast.Name)}
    for statement in own:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                | ast.AugAssign(target=ast.Name(id=name), value=value)
            ) if name in names:
                yield from branches(value)
