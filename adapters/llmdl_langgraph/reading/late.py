"""Which modules the user's sources import, early or late: a file that names another one is somebody else's."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from llmdl_langgraph.reading.source import Source, source_of
from llmdl_langgraph.wording.template import every

_BY_NAME = {"import_module", "__import__", "iter_modules", "walk_packages"}
_BEGINNING = re.compile(r"\.?\w[\w.]{2,}")


def is_imported(module: str) -> bool:
    """Whether a module of the user that is loaded here says that it imports a module of this name.

    Where it puts names together as it runs, each of its texts may be the beginning of one.
    """
    sources = [source for loaded in list(sys.modules.values()) if (source := source_of(loaded))]
    return any(_names(source, module) for source in sources)


def _names(source: Source, module: str) -> bool:
    if any(name == module or name.startswith(f"{module}.") for name in _stated(source)):
        return True
    return module.startswith(tuple(_beginnings(source)))


def _stated(source: Source) -> Iterator[str]:
    for node in every(source.tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(names=names):
                base = source.absolute(node)
                yield from (base, *(f"{base}.{alias.name}" for alias in names))


def _beginnings(source: Source) -> Iterator[str]:
    """What names that are put together begin with; nothing where none are."""
    if (texts := source.once(source.tree, _parts_of_names)) is None:
        return
    package = source.module.__package__ or ""
    yield from (f"{package}{text}" if text[0] == "." else text for text in texts)
    if package:
        yield f"{package}."


def _parts_of_names(tree: ast.AST) -> set[str] | None:
    """Texts that may begin the name of a module; None where no module is imported by a name that is put together."""
    nodes = [*every(tree)]
    called = {getattr(n.func, "attr", getattr(n.func, "id", "")) for n in nodes if isinstance(n, ast.Call)}
    if not called & _BY_NAME:
        return None
    texts = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return set(filter(_BEGINNING.fullmatch, texts))
