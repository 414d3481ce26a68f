"""A module's source: what its top-level names are bound to, and where those are at home."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from llmdl_plugins.errors import MisuseError

PACKAGE = __name__.partition(".")[0]


@dataclass(frozen=True)
class Imported:
    """What an import binds: a name of a module, or the module itself."""

    module: str
    name: str | None
    bound: str


@dataclass(frozen=True)
class Source:
    """A module, read."""

    module: str
    text: str
    tree: ast.Module
    bound: dict[str, ast.stmt | Imported]


@cache
def source_of(module: str) -> Source | None:
    """A module's source; None where it has none."""
    found = sys.modules.get(module)
    file = getattr(found, "__file__", None)
    if file is None and found is None and (spec := importlib.util.find_spec(module)):
        file = spec.origin
    if not file or not str(file).endswith(".py"):
        return None
    text = Path(file).read_text("utf-8")
    tree = ast.parse(text)
    return Source(module, text, tree, dict(_bound(module, tree.body)))


@cache
def is_ours(module: str) -> bool:
    """Whether a module needs this package, so that its code has to be written out."""
    if (found := source_of(module)) is None:
        return False
    tops = {one.module.partition(".")[0] for one in imports(module, found.tree)}
    return any(top.startswith("llmdl_") for top in (*tops, module))


def home(module: str, name: str) -> tuple[str, str]:
    """Where a name is defined that may only be handed on here.

    Raises:
        MisuseError: there is no source that defines it.
    """
    found = source_of(module)
    bound = found.bound.get(name) if found else None
    if isinstance(bound, Imported) and bound.name is not None:
        return home(bound.module, bound.name)
    if isinstance(bound, ast.stmt):
        return module, name
    value = getattr(import_module(module), name, None)
    there = getattr(value, "__module__", None)
    if there is None or there == module:
        raise MisuseError(f"{module}.{name} has no source that could be written out: define it in a file of its own.")
    return home(there, getattr(value, "__qualname__", name))


def imports(module: str, node: ast.AST) -> Iterator[Imported]:
    """What the imports in a piece of code bind."""
    for one in ast.walk(node):
        if isinstance(one, ast.Import):
            for alias in one.names:
                yield Imported(alias.name, None, alias.asname or alias.name.partition(".")[0])
        elif isinstance(one, ast.ImportFrom):
            there = _absolute(module, one)
            for alias in one.names:
                below = f"{there}.{alias.name}"
                is_module = isinstance(sys.modules.get(below), ModuleType)
                yield Imported(
                    below if is_module else there, None if is_module else alias.name, alias.asname or alias.name
                )


def _absolute(module: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = getattr(sys.modules.get(module), "__package__", None) or module.rpartition(".")[0]
    return importlib.util.resolve_name("." * node.level + (node.module or ""), package)


def _bound(module: str, body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt | Imported]]:
    for node in body:
        match node:
            case ast.Import() | ast.ImportFrom():
                yield from ((one.bound, one) for one in imports(module, node))
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node
            case ast.Assign():
                for name in (n for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)):
                    yield name.id, node
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name, node
            case ast.If() | ast.Try():
                yield from _bound(module, node.body)
