"""Pieces of the user's code that others refer to: functions, lambdas, classes and assignments."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, ModuleType

from llmdl_langgraph.reading.place import called
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.reading.source import Function, Node, Source, assigned_names, contains

Scoped = tuple[Function, tuple[Function, ...]]  # and the functions around it

ANY = "*"
MAKING = {"__init__", "__post_init__", "__new__"}
_BARE_DECORATORS = {"property", "cached_property", "functools.cached_property", "staticmethod", "classmethod"}

_OFFERED = {"bind_tools", "ToolNode"}  # what is only offered to a model is not what the model is told


@dataclass(frozen=True)
class Uses:
    """What a piece of code reads and quotes.

    Args:
        references: the names and attributes that it reads.
        keys: the attributes and string keys that it reads.
        attributes: the attributes alone; `ANY` where it reads some by names that it works out.
        texts: the texts that it quotes, but for where it tells the graph to go.
    """

    references: tuple[ast.Name | ast.Attribute, ...]
    keys: frozenset[str]
    attributes: frozenset[str]
    texts: frozenset[str]


def uses(node: ast.AST) -> Uses:
    """What a piece of code reads and quotes."""
    attributes, keys = frozenset(_attributes_read(node)), frozenset(_keys_read(node))
    return Uses(tuple(_references(node)), keys | attributes - {ANY}, attributes, frozenset(_strings(node)))


@dataclass(frozen=True)
class Unit:
    """A piece of code.

    Args:
        source: its file.
        node: its tree.
        scopes: the functions around it, the outermost first.
    """

    source: Source
    node: Node
    scopes: tuple[Function, ...] = ()

    def holds(self, site: Site) -> bool:
        """Whether a site is part of it."""
        return site.file == self.source.file and contains(self.node, site.span)

    def local(self, name: str) -> list[Unit] | None:
        """What a name of a function around here stands for; None where no function around has it."""
        inner = (self.node,) if isinstance(self.node, Function) else ()
        around = (*self.scopes, *inner)
        for depth in range(len(around), 0, -1):
            scope = around[depth - 1]
            found = [Unit(self.source, s, around[:depth]) for s in self.source.inside(scope).get(name, ())]
            if found or name in _parameters(scope):
                return [unit for unit in found if unit.node is not self.node]
        return None

    @property
    def uses(self) -> Uses:
        """What it reads and quotes."""
        return self.source.once(self.node, uses)


def unit_of(source: Source, code: CodeType) -> Iterator[Unit]:
    """The functions or lambdas that a code object was compiled from; several where lambdas share a line."""
    line = code.co_firstlineno + source.begins.get(code.co_filename, 0)
    for node, scopes in source.once(source.tree, _compiled).get((line, code.co_name), ()):
        yield Unit(source, node, scopes)


def class_units(source: Source, node: ast.ClassDef) -> tuple[list[tuple[str, Unit]], Mapping[str, list[Unit]]]:
    """The methods of a class with their names, and its attributes by name."""
    methods, attributes = [], dict[str, list[Unit]]()
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            methods.append((statement.name, Unit(source, statement)))
        for name in assigned_names(statement):
            attributes.setdefault(name, []).append(Unit(source, statement))
    return methods, attributes


def is_called_by_name(method: Unit) -> bool:
    """Whether a method runs only where code reads its name, or makes an object; Python calls others by itself."""
    name, decorators = getattr(method.node, "name", ""), getattr(method.node, "decorator_list", [])
    is_special = name.startswith("__") and name.endswith("__") and name not in MAKING
    return not is_special and all(ast.unparse(one) in _BARE_DECORATORS for one in decorators)


def module_behind(node: ast.expr, module: ModuleType) -> ModuleType | None:
    """The module that an expression such as `app.prompts` is, as seen from a module."""
    match node:
        case ast.Name(id=name):
            found = vars(module).get(name)
        case ast.Attribute(value=value, attr=name):
            found = getattr(module_behind(value, module), name, None)
        case _:
            found = None
    return found if isinstance(found, ModuleType) else None


def _keys_read(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        match inner:
            case ast.Subscript(slice=ast.Constant(value=str(name))):
                yield name
            case ast.Call(args=[ast.Constant(value=str(name)), *_]) if called(inner) == "get":
                yield name


def _attributes_read(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        match inner:
            case ast.Attribute(attr=name):
                yield ANY if name == "__dict__" else name
            case ast.Call(args=[_, read, *_]) if called(inner) == "getattr":
                yield str(read.value) if isinstance(read, ast.Constant) else ANY
            case ast.Call() if called(inner) == "vars":
                yield ANY


def _strings(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and called(node) in ("Command", "Send"):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _strings(child)


def _compiled(tree: ast.AST) -> Mapping[tuple[int, str], list[Scoped]]:
    """The functions of a module by line and name, as their code objects have them."""
    found: dict[tuple[int, str], list[Scoped]] = {}
    for node, scopes in _functions(tree, ()):
        decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
        first = min([node.lineno, *(d.lineno for d in decorators)])
        name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
        found.setdefault((first, name), []).append((node, scopes))
    return found


def _functions(node: ast.AST, scopes: tuple[Function, ...]) -> Iterator[Scoped]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child, scopes
            yield from _functions(child, (*scopes, child))
        else:
            yield from _functions(child, scopes)


def _references(node: ast.AST) -> Iterator[ast.Name | ast.Attribute]:
    if isinstance(node, ast.Call) and called(node) in _OFFERED:
        yield from _references(node.func)
        return
    if isinstance(node, ast.keyword) and node.arg == "tools":
        return
    if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _references(child)


def _parameters(scope: Function) -> set[str]:
    given = scope.args
    return {a.arg for a in [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg] if a}
