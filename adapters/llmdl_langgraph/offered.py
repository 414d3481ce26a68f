"""What the nodes of a graph offer to a model, from live objects and from calls in the code; nothing is sent."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import Any, is_typeddict

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables import Runnable
from langchain_core.runnables.base import RunnableBindingBase
from langchain_core.tools import BaseTool, tool
from langgraph.prebuilt import ToolNode
from langgraph.pregel import Pregel
from pydantic import BaseModel

from llmdl_langgraph.definitions import DEFINING, forms, texts_in
from llmdl_langgraph.isolation import Graph
from llmdl_langgraph.naming import innermost
from llmdl_langgraph.place import called
from llmdl_langgraph.reach import runnables
from llmdl_langgraph.tool_texts import Place
from llmdl_langgraph.units import Unit, module_behind
from llmdl_langgraph.walking import Reached

DEPTH = 12
MANY = 200
_TELLING = {"bind_tools", "with_structured_output"}
_KEYWORDS = {"tools", "schema", "response_format"}


@dataclass(frozen=True)
class Offered:
    """What is offered to models.

    Args:
        places: each description with the nodes that tell it.
        modules: import names of the modules that tools and schemas are from.
    """

    places: Mapping[Place, frozenset[str]]
    modules: frozenset[str]


def offered(graph: Graph, reached: Mapping[str, Reached]) -> Offered:
    """Each description that a model can be told.

    Args:
        graph: a compiled graph.
        reached: node → what it reaches, as `reach` gives it.
    """
    found: dict[Place, set[str]] = {}
    only_run: dict[Place, set[str]] = {}
    modules: set[str] = set()
    for node, bound in _nodes(graph, reached):
        walk = _Offers()
        for part in bound:
            walk.follow(part)
        for unit in reached[node].units.values() if node in reached else ():
            walk.code(unit)
        runs = any(isinstance(part, ToolNode) for part in bound)
        for place in walk.found:
            (only_run if runs else found).setdefault(place, set()).add(node)
        modules |= walk.modules
    rest = {place: nodes for place, nodes in only_run.items() if place not in found}
    places = {place: frozenset(innermost(nodes)) for place, nodes in {**found, **rest}.items()}
    return Offered(places, frozenset(modules))


def _nodes(graph: Graph, reached: Mapping[str, Reached], above: str = "") -> Iterator[tuple[str, list[Any]]]:
    for name, bound in runnables(graph).items():
        yield above + name, bound
        inner = reached[above + name].graphs if above + name in reached else ()
        for part in inner:
            if part is not graph and above.count("/") < DEPTH:
                yield from _nodes(part, reached, f"{above}{name}/")


class _Offers:
    """Follows what one node holds."""

    def __init__(self) -> None:
        self.found: dict[Place, None] = {}
        self.modules: set[str] = set()
        self._seen: dict[int, Any] = {}

    def follow(self, obj: Any, depth: int = DEPTH) -> None:
        """Follow an object that the node holds."""
        if obj is None or depth == 0 or id(obj) in self._seen or isinstance(obj, str | bytes | int | float):
            return
        self._seen[id(obj)] = obj
        if isinstance(obj, BaseTool):
            self.offer(obj)
        elif not isinstance(obj, BaseLanguageModel | Pregel | type):
            for name, part in _parts(obj):
                if name in _KEYWORDS and _is_schema(part):
                    self.offer(part)
                self.follow(part, depth - 1)
            if isinstance(obj, RunnableBindingBase):
                self._options(obj.kwargs)

    def offer(self, obj: Any) -> None:
        """Note how a tool, schema or function would be told."""
        self.modules.update(_modules(obj))
        try:
            for options in forms(obj):
                self._options(options)
        except Exception:  # what can't be told to a model is the application's own error, at its own time
            return

    def _options(self, options: Mapping[str, Any]) -> None:
        given = {key: options[key] for key in DEFINING if key in options}
        self.found.update(dict.fromkeys(texts_in(given)))

    def code(self, unit: Unit) -> None:
        """Note what a piece of code binds to a model."""
        for node in ast.walk(unit.node):
            if isinstance(node, ast.Call):
                told = node.args[:1] if called(node) in _TELLING else []
                for expression in [*told, *(k.value for k in node.keywords if k.arg in _KEYWORDS)]:
                    for obj in _live(expression, unit):
                        self._bound(obj, called(node))

    def _bound(self, obj: Any, by: str) -> None:
        if isinstance(obj, list | tuple):
            for part in obj:
                self._bound(part, by)
        elif isinstance(obj, FunctionType):
            # An agent makes a tool of a function, and then tells its docstring whole.
            self.offer(obj if by in _TELLING or not obj.__doc__ else tool(obj))
        elif isinstance(obj, BaseTool) or _is_schema(obj):
            self.offer(obj)


def _modules(obj: Any) -> Iterator[str]:
    held = [obj, type(obj), *(getattr(obj, name, None) for name in ("func", "coroutine", "args_schema"))]
    yield from (module for part in held if isinstance(module := getattr(part, "__module__", None), str))


def _is_schema(obj: Any) -> bool:
    return (isinstance(obj, type) and (issubclass(obj, BaseModel) or is_typeddict(obj))) or (
        isinstance(obj, dict) and bool(obj.keys() & {"title", "name", "function"})
    )


def _parts(obj: Any) -> Iterator[tuple[str, Any]]:
    match obj:
        case functools.partial():
            yield from (("", part) for part in (obj.func, *obj.args, *obj.keywords.values()))
        case MethodType():
            yield from (("", part) for part in (obj.__func__, obj.__self__))
        case FunctionType():
            yield from zip(obj.__code__.co_freevars, map(_held, obj.__closure__ or ()), strict=True)
        case ToolNode():
            yield from obj.tools_by_name.items()
        case Mapping():
            yield from ((str(name), part) for name, part in list(obj.items())[:MANY])
        case list() | tuple() | set() | frozenset():
            yield from (("", part) for part in list(obj)[:MANY])
        case Runnable():
            yield from vars(obj).items()
        case _ if dataclasses.is_dataclass(obj) or callable(obj):
            yield from getattr(obj, "__dict__", {}).items()


def _held(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _live(node: ast.expr, unit: Unit) -> Iterator[Any]:
    """What an expression of the code stands for, as far as the names of its module tell."""
    match node:
        case ast.Name(id=name):
            yield vars(unit.source.module).get(name)
        case ast.Attribute(value=value, attr=name):
            yield getattr(module_behind(value, unit.source.module), name, None)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from _live(part, unit)
        case ast.Starred(value=value):
            yield from _live(value, unit)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from _live(left, unit)
            yield from _live(right, unit)
