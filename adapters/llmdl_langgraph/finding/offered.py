"""What the nodes of a graph offer to a model, from live objects and from calls in the code; nothing is sent."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.runnables.base import RunnableBindingBase
from langchain_core.tools import BaseTool, tool
from langgraph.prebuilt import ToolNode
from langgraph.pregel import Pregel

from llmdl_langgraph.finding.held import homes, is_runnable, is_schema, live, parts
from llmdl_langgraph.finding.reach import runnables
from llmdl_langgraph.finding.reached import Reached
from llmdl_langgraph.finding.walking import Sources
from llmdl_langgraph.matching.definitions import DEFINING, forms, texts_in
from llmdl_langgraph.matching.naming import innermost
from llmdl_langgraph.matching.tool_texts import Home, Place
from llmdl_langgraph.reading.place import called
from llmdl_langgraph.reading.units import Unit
from llmdl_langgraph.running.isolation import Graph

DEPTH = 12
_TELLING = {"bind_tools", "with_structured_output"}
_KEYWORDS = {"tools", "schema", "response_format"}


@dataclass(frozen=True)
class Offered:
    """What is offered to models.

    Args:
        places: each description with the nodes that tell it.
        homes: each description with the functions and classes that it may be written in, where they are known.
    """

    places: Mapping[Place, frozenset[str]]
    homes: Mapping[Place, frozenset[Home]]


def offered(graph: Graph, reached: Mapping[str, Reached], sources: Sources) -> Offered:
    """Each description that a model can be told.

    Args:
        graph: a compiled graph.
        reached: node → what it reaches, as `reach` gives it.
        sources: the user's modules.
    """
    found: dict[Place, set[str]] = {}
    only_run: dict[Place, set[str]] = {}
    written: dict[Place, set[Home]] = {}
    known: dict[int, tuple[Any, set[Home]]] = {}
    for node, bound in _nodes(graph, reached):
        walk = _Offers(sources, known)
        for part in bound:
            walk.follow(part)
        for unit in reached[node].units.values() if node in reached else ():
            walk.code(unit)
        runs = any(isinstance(part, ToolNode) for part in bound)
        for place in walk.found:
            (only_run if runs else found).setdefault(place, set()).add(node)
            written.setdefault(place, set()).update(walk.found[place])
    # Who runs a tool tells nobody of it, and an object of it may be told in other words than its function is.
    told = {path[0] for path, _ in found}
    rest = {place: nodes for place, nodes in only_run.items() if place[0][0] not in told}
    places = {place: frozenset(innermost(nodes)) for place, nodes in {**found, **rest}.items()}
    return Offered(places, {place: frozenset(written[place]) for place in places})


def _nodes(graph: Graph, reached: Mapping[str, Reached], above: str = "") -> Iterator[tuple[str, list[Any]]]:
    for name, bound in runnables(graph).items():
        yield above + name, bound
        inner = reached[above + name].graphs if above + name in reached else ()
        for part in inner:
            if part is not graph and above.count("/") < DEPTH:
                yield from _nodes(part, reached, f"{above}{name}/")


def _told(node: ast.AST) -> list[tuple[ast.expr, str]]:
    """What is given to a model in a piece of code, and by what it is."""
    found = []
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            told = inner.args[:1] if called(inner) in _TELLING else []
            named = [keyword.value for keyword in inner.keywords if keyword.arg in _KEYWORDS]
            found += [(expression, called(inner)) for expression in [*told, *named]]
    return found


class _Offers:
    """Follows what one node holds.

    Args:
        sources: the user's modules.
        written: what was offered by any node, and where the texts of it may be written.
    """

    def __init__(self, sources: Sources, written: dict[int, tuple[Any, set[Home]]]) -> None:
        self.sources, self._written = sources, written
        self.found: dict[Place, set[Home]] = {}
        self._seen: dict[int, Any] = {}

    def follow(self, obj: Any, depth: int = DEPTH) -> None:
        """Follow an object that the node holds."""
        if obj is None or depth == 0 or id(obj) in self._seen or isinstance(obj, str | bytes | int | float):
            return
        self._seen[id(obj)] = obj
        if isinstance(obj, BaseTool):
            self.offer(obj)
        elif not isinstance(obj, BaseLanguageModel | Pregel | type):
            own = bool(self.sources[type(obj).__module__])
            for name, part in parts(obj, own):
                if name in _KEYWORDS and is_schema(part):
                    self.offer(part)
                self.follow(part, depth - 1)
            if isinstance(obj, RunnableBindingBase):
                self._options(obj.kwargs, set())

    def offer(self, obj: Any) -> None:
        """Note how a tool, schema or function would be told."""
        try:
            for options in forms(obj):
                self._options(options, self._homes(obj))
        except Exception:  # what can't be told to a model is the application's own error, at its own time
            return

    def _homes(self, obj: Any) -> set[Home]:
        if id(obj) not in self._written:
            self._written[id(obj)] = obj, homes(obj)
        return self._written[id(obj)][1]

    def _options(self, options: Mapping[str, Any], written_in: set[Home]) -> None:
        for place in texts_in({key: options[key] for key in DEFINING if key in options}):
            self.found.setdefault(place, set()).update(written_in)

    def code(self, unit: Unit) -> None:
        """Note what a piece of code binds to a model, and what it holds that was bound elsewhere."""
        for reference in unit.uses.references:
            if isinstance(reference, ast.Name) and unit.local(reference.id) is None:
                for obj in live(reference, unit):
                    if is_runnable(obj) or self.sources[type(obj).__module__]:
                        self.follow(obj)
        for expression, by in unit.source.once(unit.node, _told):
            for obj in live(expression, unit):
                self._bound(obj, by)

    def _bound(self, obj: Any, by: str) -> None:
        if isinstance(obj, list | tuple):
            for part in obj:
                self._bound(part, by)
        elif isinstance(obj, FunctionType):
            # An agent makes a tool of a function, and then tells its docstring whole.
            self.offer(obj if by in _TELLING or not obj.__doc__ else tool(obj))
        elif isinstance(obj, BaseTool) or is_schema(obj):
            self.offer(obj)
