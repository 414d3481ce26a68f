"""The user's own source files: the modules that are neither installed nor part of Python."""

from __future__ import annotations

import ast
import os
import sys
import sysconfig
import tokenize
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

from llmdl_langgraph.reading.session import session_of
from llmdl_langgraph.reading.sites import Site, sites_in
from llmdl_langgraph.wording.in_slots import tree_of
from llmdl_langgraph.wording.template import Span, every
from llmdl_plugins.notebook.book import Notebook
from llmdl_plugins.notebook.loading import NotebookLoader

OURS = {"llmdl_plugins", "llmdl_langgraph", "llmdl_recipes", "llmdl_local", "llmdl_sdks", "llmdl_dspy"}
NOTEBOOK = ".ipynb"
COPY = "patched_"  # begins the name of a package that holds changed copies of the user's sources
_INSTALLED = {"site-packages", "dist-packages"}
_PYTHON = tuple(Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib"))

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Node = ast.stmt | ast.Lambda
Known = TypeVar("Known")


@dataclass(frozen=True, eq=False)
class Source:
    """A module of the user with its syntax tree and its sites.

    Args:
        module: the module.
        file: where its source is; of a Jupyter session, a name that no file has.
        text: its source; of a notebook, all code cells in order.
        begins: for code that was compiled in pieces, where in the source each piece begins, by its file name.
    """

    module: ModuleType
    file: Path
    text: str = field(repr=False)
    begins: Mapping[str, int] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Its import name."""
        return self.module.__name__

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return tree_of(self.text)

    @cached_property
    def sites(self) -> list[Site]:
        """Its string expressions; of a notebook, those of what was run."""
        found = sites_in(self.text, self.file, self.name)
        loader = self.module.__loader__
        if not isinstance(loader, NotebookLoader):
            return found
        ran = {(site.span[0], site.text) for site in sites_in(loader.script(self.text), self.file, self.name)}
        return [site for site in found if (site.span[0], site.text) in ran]

    @cached_property
    def imported(self) -> Mapping[str, tuple[str, str]]:
        """Local name → module and name there, for every `from … import …` anywhere in it."""
        found = {}
        for node in every(self.tree):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    found[alias.asname or alias.name] = (self.absolute(node), alias.name)
        return found

    @cached_property
    def assigned(self) -> Mapping[str, list[ast.stmt]]:
        """Name → the statements of the module's own level that assign it."""
        return _assigned(self.tree.body)

    def once(self, node: Node | ast.Module, of: Callable[[ast.AST], Known]) -> Known:
        """What a function finds out about a piece of the tree, found out once."""
        if (node, of) not in self._known:
            self._known[node, of] = of(node)
        return cast(Known, self._known[node, of])

    @cached_property
    def _known(self) -> dict[tuple[Node | ast.Module, Any], Any]:
        return {}

    def inside(self, scope: Function) -> Mapping[str, list[ast.stmt]]:
        """Name → the statements of a function's own level that assign it."""
        return self.once(scope, _assigned_inside)

    @cached_property
    def starred(self) -> list[str]:
        """The modules from which it imports every name."""
        imports = [node for node in every(self.tree) if isinstance(node, ast.ImportFrom)]
        return [self.absolute(node) for node in imports if node.names[0].name == "*"]

    def absolute(self, node: ast.ImportFrom) -> str:
        """The absolute name of the module that is imported from."""
        if not node.level:
            return node.module or ""
        package = (self.module.__package__ or "").split(".")
        base = ".".join(package[: len(package) - node.level + 1])
        return ".".join(part for part in (base, node.module) if part)


def source_of(module: ModuleType | None) -> Source | None:
    """The source of a module that is the user's; None where it isn't."""
    file = getattr(module, "__file__", None)
    if module is not None and (session := session_of(module)):
        return Source(module, session.file, session.text, session.begins)
    if module is None or not file or module.__name__.partition(".")[0] in OURS or not is_users(str(file)):
        return None
    try:
        return _source(module, Path(file).resolve(), _read(Path(file)))
    except (OSError, SyntaxError, ValueError):
        return None


@lru_cache(maxsize=1000)
def _source(module: ModuleType, file: Path, text: str) -> Source:
    """One object for one text: what it has found out about itself is not found out again."""
    return Source(module, file, text)


def _read(file: Path) -> str:
    if file.suffix == NOTEBOOK:
        return Notebook.read(file).source
    with tokenize.open(file) as opened:
        return opened.read()


def is_users(file: str) -> bool:
    """Whether a file is the user's own Python source."""
    return file.endswith((".py", NOTEBOOK)) and not is_installed(file) and os.path.exists(file)


@lru_cache(maxsize=20_000)
def is_installed(file: str) -> bool:
    """Whether a file belongs to an installed package, or to Python."""
    if not _INSTALLED.isdisjoint(file.split(os.sep)):
        return True
    here = Path(file).resolve()
    return not _INSTALLED.isdisjoint(here.parts) or any(here.is_relative_to(python) for python in _PYTHON)


def module_named(name: str) -> ModuleType | None:
    """A module that is loaded, by its import name."""
    return sys.modules.get(name)


def _assigned_inside(scope: ast.AST) -> dict[str, list[ast.stmt]]:
    return {} if isinstance(scope, ast.Lambda) else _assigned(getattr(scope, "body", []))


def _assigned(body: list[ast.stmt]) -> dict[str, list[ast.stmt]]:
    found: dict[str, list[ast.stmt]] = {}
    for statement in own_level(body):
        for name in assigned_names(statement):
            found.setdefault(name, []).append(statement)
    return found


def own_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The simple statements and definitions of a level, also inside `if`, `try` and `with`."""
    for statement in body:
        yield statement
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for part in ("body", "orelse", "finalbody"):
                yield from own_level(getattr(statement, part, []))
            for handler in getattr(statement, "handlers", []):
                yield from own_level(handler.body)


def assigned_names(statement: ast.stmt) -> set[str]:
    """The names that a statement assigns, or adds to by a method: `parts = [...]`, `parts.append(...)`."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Assign(targets=targets):
            return {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.AugAssign(target=ast.Name(id=name)):
            return {name}
    return set()


def contains(node: Node, span: Span) -> bool:
    """Whether a piece of a tree contains a span of the same file."""
    end = (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
    return (node.lineno, node.col_offset) <= span[:2] and span[2:] <= end
