"""The walk over a module that finds its string expressions and what holds each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from llmdl_langgraph.reading.place import ADDING, ANSWERING, TRANSPARENT, Place, called, under_keyword, under_target
from llmdl_langgraph.wording.in_slots import around, is_placed
from llmdl_langgraph.wording.template import of_expression, operands

Function = ast.FunctionDef | ast.AsyncFunctionDef
Found = Iterator[tuple[ast.expr, Place]]


def places(tree: ast.Module) -> Found:
    """Every string expression that could be a prompt, with its place."""
    for node, place in _all(tree.body, Place()):
        if any(isinstance(piece, str) and piece.strip() for piece in of_expression(node) or ()):
            yield node, place


def _walk(node: ast.AST, at: Place) -> Found:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return _function(node, at)
        case ast.ClassDef():
            return _class(node, at)
        case ast.Assign(targets=[target, *_], value=value):
            return _assigned(target, value, at)
        case ast.AnnAssign():
            return _annotated(node, at)
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            return _walk(value, under_target(target, at))
        case ast.expr() if of_expression(node) is not None:
            return _composed(node, at)
        case ast.Call():
            return _call(node, at)
        case ast.Dict():
            return _dict(node, at)
        case ast.Subscript(value=value):
            return _walk(value, at)
        case ast.Expr(value=ast.Constant()):
            return iter(())
    return _all(list(ast.iter_child_nodes(node)), at)


def _all(nodes: list[ast.AST] | list[ast.stmt] | list[ast.expr], at: Place) -> Found:
    return chain.from_iterable(_walk(node, at) for node in nodes)


def _composed(node: ast.expr, at: Place) -> Found:
    """A text, and the texts in the code beside its literals and in its slots."""
    yield node, at
    for part in operands(node):
        if part.node is not None and not part.is_literal:
            yield from _walk(part.node, at)
        elif isinstance(part.node, ast.JoinedStr):
            for slot in part.node.values:
                if isinstance(slot, ast.FormattedValue) and is_placed(slot):
                    yield from _walk(slot.value, replace(at, around=around(slot)))


def _function(node: Function, at: Place) -> Found:
    inner = at.inside(node.name, "literal")
    yield from _all(node.decorator_list, replace(at, name="", context=""))
    yield from _docstring(node, inner)
    yield from _arguments(node.args, replace(inner, kind="default"))
    yield from _all(node.body, inner)


def _class(node: ast.ClassDef, at: Place) -> Found:
    inner = at.inside(node.name, "class attribute")
    yield from _all(node.decorator_list, replace(at, name="", context=""))
    yield from _docstring(node, inner)
    yield from _all(node.body, inner)


def _docstring(node: Function | ast.ClassDef, at: Place) -> Found:
    if ast.get_docstring(node, clean=False) is not None and isinstance(first := node.body[0], ast.Expr):
        yield first.value, replace(at, kind="docstring", name="__doc__")


def _arguments(arguments: ast.arguments, at: Place) -> Found:
    positional = arguments.posonlyargs + arguments.args
    defaulted = positional[len(positional) - len(arguments.defaults) :]
    for argument in positional + arguments.kwonlyargs:
        yield from _annotation(argument.annotation, replace(at, name=argument.arg))
    for argument, value in zip(
        defaulted + arguments.kwonlyargs, arguments.defaults + arguments.kw_defaults, strict=True
    ):
        if value is not None:
            yield from _walk(value, replace(at, name=argument.arg))


def _assigned(target: ast.expr, value: ast.expr, at: Place) -> Found:
    match target, value:
        case ast.Tuple(elts=names), ast.Tuple(elts=values) if len(names) == len(values):
            return chain.from_iterable(_assigned(n, v, at) for n, v in zip(names, values, strict=True))
    return _walk(value, under_target(target, at))


def _annotated(node: ast.AnnAssign, at: Place) -> Found:
    here = under_target(node.target, at)
    yield from _annotation(node.annotation, here)
    if node.value is not None:
        # An annotated class attribute is a field of a dataclass or a pydantic model.
        yield from _walk(node.value, replace(here, kind="default") if at.kind == "class attribute" else here)


def _annotation(node: ast.expr | None, at: Place) -> Found:
    match node:
        case ast.Subscript(
            value=ast.Name(id="Annotated") | ast.Attribute(attr="Annotated"), slice=ast.Tuple(elts=elts)
        ):
            yield from _all(elts[1:], replace(at, kind="field description", context="Annotated"))


def _call(node: ast.Call, at: Place) -> Found:
    name = called(node)
    inner = at if name in TRANSPARENT else replace(at, name="" if name in ANSWERING else at.name, context=name)
    yield from _walk(node.func, at)
    for argument in node.args:
        yield from _walk(argument, inner if of_expression(argument) is None else _list_of(node, inner))
    for keyword in node.keywords:
        yield from _walk(keyword.value, under_keyword(keyword.arg or "", inner))


def _list_of(node: ast.Call, at: Place) -> Place:
    """The place of a text that is added to a list."""
    match node.func:
        case ast.Attribute(value=target, attr=attr) if attr in ADDING:
            return under_target(target, at)
    return at


def _dict(node: ast.Dict, at: Place) -> Found:
    for key, value in zip(node.keys, node.values, strict=True):
        match key:
            case ast.Constant(value=str(name)):
                yield from _walk(value, under_keyword(name, at))
            case _:
                yield from _walk(value, at)
