"""What live objects hold, as far as it may be told to a model."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Iterator, Mapping
from types import FunctionType, MethodType
from typing import Any, get_args, get_type_hints, is_typeddict

from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langgraph.prebuilt import ToolNode
from langgraph.pregel import Pregel
from pydantic import BaseModel

from llmdl_langgraph.matching.tool_texts import Home
from llmdl_langgraph.reading.units import Unit, module_behind

MANY = 200


def homes(obj: Any) -> set[Home]:
    """Module and name of everything that the texts of a tool or schema may be written in: functions, and classes."""
    found: set[Home] = set()
    waiting = [obj, type(obj), *(getattr(obj, name, None) for name in ("func", "coroutine", "args_schema"))]
    while waiting and len(found) < MANY:
        part = waiting.pop()
        waiting += get_args(part)
        module, name = getattr(part, "__module__", None), getattr(part, "__qualname__", None)
        if not (isinstance(module, str) and isinstance(name, str)) or module in ("builtins", "typing"):
            continue
        home = (module, name.replace(".<locals>", ""))
        if home not in found:
            found.add(home)
            waiting += [*getattr(part, "__mro__", ()), *_hints(part)]
    return found


def _hints(part: Any) -> list[Any]:
    """The types that a function or class mentions."""
    if isinstance(part, type) and issubclass(part, BaseModel):
        return [field.annotation for field in part.model_fields.values()]
    try:
        return list(get_type_hints(part).values())
    except Exception:  # hints of others can fail in any way
        return []


def is_runnable(obj: Any) -> bool:
    """Whether an object may hold what was bound to a model, and is no tool or graph itself."""
    return isinstance(obj, Runnable) and not isinstance(obj, BaseTool | Pregel)


def is_schema(obj: Any) -> bool:
    """Whether an object can be told to a model as a schema."""
    return (isinstance(obj, type) and (issubclass(obj, BaseModel) or is_typeddict(obj))) or (
        isinstance(obj, dict) and bool(obj.keys() & {"title", "name", "function"})
    )


def parts(obj: Any, own: bool) -> Iterator[tuple[str, Any]]:
    """What an object is made of, with names where it has them.

    Args:
        own: whether its class is the user's.
    """
    match obj:
        case functools.partial():
            yield from (("", part) for part in (obj.func, *obj.args, *obj.keywords.values()))
        case MethodType():
            yield from (("", part) for part in (obj.__func__, obj.__self__))
        case FunctionType():
            yield from zip(obj.__code__.co_freevars, map(in_cell, obj.__closure__ or ()), strict=True)
        case ToolNode():
            yield from obj.tools_by_name.items()
        case Mapping():
            yield from ((str(name), part) for name, part in list(obj.items())[:MANY])
        case list() | tuple() | set() | frozenset():
            yield from (("", part) for part in list(obj)[:MANY])
        case Runnable():
            yield from vars(obj).items()
        case _ if own or dataclasses.is_dataclass(obj) or callable(obj):
            yield from getattr(obj, "__dict__", {}).items()


def in_cell(cell: Any) -> Any:
    """What a name of a closure stands for; None while it is not set."""
    try:
        return cell.cell_contents
    except ValueError:
        return None


def live(node: ast.expr, unit: Unit) -> Iterator[Any]:
    """What an expression of the code stands for, as far as the names of its module tell."""
    match node:
        case ast.Name(id=name):
            yield vars(unit.source.module).get(name)
        case ast.Attribute(value=value, attr=name):
            yield getattr(module_behind(value, unit.source.module), name, None)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from live(part, unit)
        case ast.Starred(value=value):
            yield from live(value, unit)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from live(left, unit)
            yield from live(right, unit)
