"""Follows objects and code from one node, as far as the node may run them."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import FunctionType, MethodType, ModuleType
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.messages import BaseMessage
from langchain_core.prompts import BasePromptTemplate
from langchain_core.prompts.message import BaseMessagePromptTemplate
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langgraph.prebuilt import ToolNode
from langgraph.pregel import Pregel

from llmdl_langgraph.finding.held import in_cell
from llmdl_langgraph.finding.reached import Reached
from llmdl_langgraph.finding.sourceless import templates_of
from llmdl_langgraph.reading.source import Source, module_named, source_of
from llmdl_langgraph.reading.units import ANY, MAKING, Unit, class_units, is_called_by_name, module_behind, unit_of

DEPTH = 12
MANY = 200
_BARE = {"builtins", "abc", "typing", "typing_extensions"}


class Sources:
    """The user's modules, each read once.

    Args:
        known: those that were read already.
    """

    def __init__(self, known: Iterable[Source] = ()) -> None:
        self._known: dict[str, Source | None] = {source.name: source for source in known}

    def __getitem__(self, name: str) -> Source | None:
        if name not in self._known:
            self._known[name] = source_of(module_named(name))
        return self._known[name]

    def read(self) -> list[Source]:
        """Those of the user that were asked for."""
        return [source for source in self._known.values() if source]


class Walk:
    """Follows objects and code from one node."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.found = Reached()
        self._objects: dict[int, Any] = {}
        self._names: set[tuple[str, str]] = set()
        self._keys: set[str] = set()
        self._read: set[str] = set()
        self._later: list[tuple[str, Callable[[], object]]] = []  # what is only reached where its name is read
        self._attributes: list[tuple[str, Unit]] = []
        self._classes: set[int] = set()

    def value(self, obj: Any, depth: int = DEPTH) -> None:
        """Follow an object that the node holds."""
        if obj is None or depth == 0 or id(obj) in self._objects:
            return
        self._objects[id(obj)] = obj
        match obj:
            case str():
                self.found.texts.add(obj)
            case Pregel():
                self.found.graphs.append(obj)
            case BaseLanguageModel():
                self._model(obj)
            case ModuleType():
                return
            case type():
                self._class(obj)
            case FunctionType():
                self._function(obj, depth)
            case _:
                if isinstance(obj, BaseTool):
                    self._tool(obj)
                for template, style in templates_of(obj):
                    self.found.templates.setdefault(template, style)
                for part in _parts(obj):
                    self.value(part, depth - 1)
                self._instance(obj, depth)

    def _model(self, model: BaseLanguageModel[Any]) -> None:
        if not any(model is known for known in self.found.models):
            self.found.models.append(model)

    def _tool(self, tool: BaseTool) -> None:
        if not any(tool is known for known in self.found.tools):
            self.found.tools.append(tool)

    def _instance(self, obj: Any, depth: int) -> None:
        if not self.sources[type(obj).__module__]:
            return
        self._class(type(obj))
        is_own = self._is_own(type(obj))
        for name, part in list(vars(obj).items()) if hasattr(obj, "__dict__") else ():
            follow = partial(self.value, part, depth - 1)
            if is_own:
                self._later.append((name, follow))
            else:
                follow()

    def _is_own(self, kind: object) -> bool:
        """Whether a class has the user's own bases alone: nobody else calls its methods, or reads its attributes."""
        return isinstance(kind, type) and all(
            self.sources[above.__module__] or above.__module__ in _BARE for above in kind.__mro__
        )

    def _function(self, function: FunctionType, depth: int) -> None:
        source = self.sources[function.__module__]
        for unit in unit_of(source, function.__code__) if source else ():
            self.unit(unit)
        held = [function.__dict__.get("__wrapped__"), *(in_cell(cell) for cell in function.__closure__ or ())]
        for part in held:
            if source or not isinstance(part, BaseTool):
                self.value(part, depth - 1)

    def _class(self, kind: type) -> None:
        for above in kind.__mro__:
            source = self.sources[above.__module__]
            for node in source.assigned.get(above.__name__, ()) if source else ():
                if source and isinstance(node, ast.ClassDef):
                    self._class_code(source, node)

    def _class_code(self, source: Source, node: ast.ClassDef) -> None:
        if id(node) in self._classes:
            return
        self._classes.add(id(node))
        methods, attributes = class_units(source, node)
        self._attributes += [(name, unit) for name, units in attributes.items() for unit in units]
        is_own = self._is_own(vars(source.module).get(node.name))
        for name, method in methods:
            if is_own and is_called_by_name(method):
                self._later.append((name, partial(self.unit, method)))
            else:
                self.unit(method)

    def assigned(self, module: str, name: str) -> None:
        """Follow what a name of a module is made of."""
        self._member(module, name)

    def unit(self, unit: Unit) -> None:
        """Follow a piece of code."""
        if id(unit.node) in self.found.units:
            return
        if isinstance(unit.node, ast.ClassDef):
            self._class_code(unit.source, unit.node)
            self._read.update(MAKING)
            return
        self.found.units[id(unit.node)] = unit
        self._keys.update(unit.uses.keys)
        self._read.update(unit.uses.attributes)
        for reference in unit.uses.references:
            if isinstance(reference, ast.Name):
                self._name(unit, reference.id)
            elif module := module_behind(reference.value, unit.source.module):
                self._member(module.__name__, reference.attr)

    def _name(self, unit: Unit, name: str) -> None:
        local = unit.local(name)
        if local is None:
            self._global(unit.source, name)
        for target in local or ():
            self.unit(target)

    def _global(self, source: Source, name: str) -> None:
        if (source.name, name) in self._names:
            return
        self._names.add((source.name, name))
        held = vars(source.module).get(name)
        if isinstance(held, BaseLanguageModel):
            self._model(held)
            return
        if isinstance(held, BaseTool):
            self._tool(held)
        statements = source.assigned.get(name, ())
        for follow in [partial(self.unit, Unit(source, statement)) for statement in statements]:
            if self._is_own(type(held)):  # what made an object is not run by who uses it
                self._later.append(("", follow))
            else:
                follow()
        if not statements and name in source.imported:
            self._member(*source.imported[name])
        elif not statements:
            for module in source.starred:
                self._member(module, name)
        self._live(held)

    def _member(self, module: str, name: str) -> None:
        if source := self.sources[module]:
            self._global(source, name)

    def _live(self, obj: Any) -> None:
        # A module-level object can hold graphs and texts that its assignment doesn't show.
        if isinstance(obj, str):
            self.found.texts.add(obj)
        is_one = isinstance(obj, Pregel | Runnable | functools.partial) or self._is_own(type(obj))
        if is_one and not isinstance(obj, BaseTool):
            self.value(obj)

    def finish(self) -> None:
        """Follow what the names that are read anywhere stand for, until nothing new is found; then all the rest."""
        self._named()
        if self._later:
            self.found.keep_own()
        while self._later:
            rest, self._later = self._later, []
            for _, follow in rest:
                follow()
            self._named()

    def _named(self) -> None:
        followed = -1
        while followed != len(self.found.units):
            followed = len(self.found.units)
            for name, unit in list(self._attributes):
                if name in self._keys:
                    self.unit(unit)
            while due := [one for one in self._later if one[0] in self._read or ANY in self._read]:
                self._later = [one for one in self._later if one not in due]
                for _, follow in due:
                    follow()


def _parts(obj: Any) -> Iterator[Any]:
    """What an object of a known kind is made of."""
    match obj:
        case functools.partial():
            yield from (obj.func, *obj.args, *obj.keywords.values())
        case MethodType():
            yield from (obj.__func__, obj.__self__)
        case Mapping():
            yield from list(obj.values())[:MANY]
        case list() | tuple() | set() | frozenset():
            yield from list(obj)[:MANY]
        case BaseMessage():
            yield obj.content
        case ToolNode():
            yield from obj.tools_by_name.values()
        case Runnable() | BasePromptTemplate() | BaseMessagePromptTemplate():
            yield from vars(obj).values()
