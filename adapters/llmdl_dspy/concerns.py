"""What training should know of a program: what it keeps in itself between rows, and what history it reads."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import dspy

_RUNS = ("forward", "aforward", "__call__", "acall")
_CHANGES = {"append", "appendleft", "extend", "insert", "add", "update", "setdefault", "pop", "popleft", "remove"}
_CHANGES |= {"clear", "discard"}


def concerns(program: dspy.Module) -> list[str]:
    """In words, one for each thing and place."""
    return [line for kind, method in _all(program) for line in _of(kind, method)]


def reads_history(program: dspy.Module) -> bool:
    """Whether it looks, as it runs, at what a model was asked before."""
    return any(True for _, method in _all(program) for _ in _told(method))


def _all(program: dspy.Module) -> Iterator[tuple[type, Callable[..., Any]]]:
    kinds = dict.fromkeys(type(one) for _, one in program.named_sub_modules(dspy.Module))
    return ((kind, method) for kind in kinds for method in _run(kind))


def _run(kind: type) -> list[Callable[..., Any]]:
    """The user's methods that run for each row: where a run begins, and what is called of the module from there."""
    methods = {name: one for name, one in inspect.getmembers(kind, inspect.isfunction) if _is_users(one)}
    found, left = dict[str, Callable[..., Any]](), [name for name in _RUNS if name in methods]
    while left:
        if (name := left.pop()) not in found:
            found[name] = methods[name]
            left += [node.attr for node in _own(methods[name]) if node.attr in methods]
    return [*found.values()]


def _is_users(method: Any) -> bool:
    return not str(inspect.unwrap(method).__module__).startswith("dspy.")


def _of(kind: type, method: Callable[..., Any]) -> Iterator[str]:
    where = f"{kind.__name__}.{method.__name__} at {Path(inspect.unwrap(method).__code__.co_filename).name}"
    for name, line in _kept(method).items():
        yield (
            f"{where}:{line} writes self.{name}: rows run side by side on one program, so one may see what another "
            "left, and scores depend on their order; keep it in a variable of the call"
        )
    for line in _told(method):
        yield (
            f"{where}:{line} reads the history of a model, where calls of rows that run beside it stand, too; what a "
            "call took is in its prediction: get_lm_usage(), under dspy.configure(track_usage=True)"
        )


def _kept(method: Callable[..., Any]) -> dict[str, int]:
    """Attributes of the module that are written, with the line where each first is."""
    first = dict[str, int]()
    for node in _nodes(method):
        for name in _written(node):
            first.setdefault(name, _line(method, node))
    return first


def _written(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
        held = node.value if isinstance(node, ast.Subscript) else node
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGES:
        held = node.func.value
    else:
        return
    if isinstance(held, ast.Attribute) and _is_own(held):
        yield held.attr


def _told(method: Callable[..., Any]) -> Iterator[int]:
    for node in _nodes(method):
        if isinstance(node, ast.Attribute) and node.attr == "history" and ast.unparse(node.value).endswith("lm"):
            yield _line(method, node)


def _own(method: Callable[..., Any]) -> Iterator[ast.Attribute]:
    return (node for node in _nodes(method) if isinstance(node, ast.Attribute) and _is_own(node))


def _is_own(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _nodes(method: Callable[..., Any]) -> Iterator[ast.AST]:
    """What a method is written of; nothing where its source is not at hand."""
    try:
        return ast.walk(ast.parse(dedent(inspect.getsource(method))))
    except (OSError, TypeError, SyntaxError):
        return iter(())


def _line(method: Callable[..., Any], node: Any) -> int:
    return int(inspect.unwrap(method).__code__.co_firstlineno + node.lineno - 1)
