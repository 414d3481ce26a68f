"""The application that a command line names: a name in a file, a notebook or a module, or in a langgraph.json."""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from llmdl_plugins.errors import TargetError, did_you_mean
from llmdl_plugins.made import made
from llmdl_plugins.notebook.book import Notebook
from llmdl_plugins.notebook.loading import load_notebook, module_name


def load_target(target: str) -> Any:
    """The application itself: what a factory makes, where it is one; a langgraph.json brings its variables.

    Raises:
        TargetError: no such file, module or attribute, or the user's code raises at import.
        SideEffect: it acts on the world outside at import, where that is guarded.
    """
    from llmdl_plugins.effects import guard
    from llmdl_plugins.environment import of_config

    for name, value in of_config(target).items():
        os.environ.setdefault(name, value)
    place, _, attribute = _resolved(target).rpartition(":")
    if not place or not attribute:
        raise TargetError(
            f"{target!r} names no attribute: write path/app.py:graph, path/book.ipynb:graph or package.module:graph."
        )
    with guard.reported("import"):
        return made(named(place, attribute, target), target)


def named(place: str, attribute: str, target: str) -> Any:
    """What has this name in a file, a notebook or a module, as it is.

    Args:
        target: both as the user wrote them.

    Raises:
        TargetError: no such file, module or attribute, or the user's code raises at import.
    """
    return _attribute(_module(place, attribute, target), attribute, target)


def _module(place: str, attribute: str, target: str) -> ModuleType:
    if place.endswith(".ipynb"):
        return _from_notebook(Path(place), attribute.partition(".")[0])
    return _from_file(Path(place)) if place.endswith(".py") else _imported(place, target)


def _resolved(target: str) -> str:
    """The target that a langgraph.json stands for; any other as it is."""
    path, _, name = target.partition(":")
    if Path(path).name != "langgraph.json":
        return target
    graphs = _graphs(Path(path))
    if not name and len(graphs) != 1:
        raise TargetError(f"{path} has several graphs: write {path}:NAME with one of {', '.join(graphs)}.")
    if name and name not in graphs:
        raise TargetError(f"{path} has no graph {name!r}.{did_you_mean(name, graphs)}")
    chosen = name or next(iter(graphs))
    entry = graphs[chosen]
    written = entry.get("path") if isinstance(entry, dict) else entry
    found, _, attribute = written.rpartition(":") if isinstance(written, str) else ("", "", "")
    if not found or not attribute:
        raise TargetError(f"{path}: the graph {chosen!r} is {entry!r}: write it as path/app.py:graph.")
    return f"{Path(path).parent / found if found.endswith(('.py', '.ipynb')) else found}:{attribute}"


def _graphs(path: Path) -> dict[str, Any]:
    """The graphs that a langgraph.json names."""
    if path.is_dir():
        raise TargetError(f"{path} is a directory: give the file.")
    try:
        graphs = json.loads(path.read_text(encoding="utf-8"))["graphs"]
    except FileNotFoundError:
        raise TargetError(f"There is no file {path}.") from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        graphs = None
    if not isinstance(graphs, dict):
        raise TargetError(f'{path} is not a langgraph.json: it needs an object "graphs".')
    if not graphs:
        raise TargetError(f'{path} has no graphs: "graphs" is empty.')
    return graphs


def _from_file(path: Path) -> ModuleType:
    """A file as the module that its own imports expect it to be."""
    if not path.is_file():
        raise TargetError(f"There is no file {path}.")
    root, parts = path.resolve().parent, [path.stem]
    while (root / "__init__.py").exists():
        parts.insert(0, root.name)
        root = root.parent
    name = ".".join(parts)
    _refuse_taken(name, path)
    sys.path.insert(0, str(root))
    return _imported(name, str(path))


def _refuse_taken(name: str, path: Path) -> None:
    known = getattr(sys.modules.get(name), "__file__", None)
    if known is not None and Path(known).resolve() != path.resolve():
        raise TargetError(
            f"{path} would be imported as {name!r}, which is another module here ({known}): rename the file."
        )


def _from_notebook(path: Path, wanted: str) -> ModuleType:
    """What of a notebook one of its names needs, as a module."""
    if not path.is_file():
        raise TargetError(f"There is no file {path}.")
    name = module_name(path)
    _refuse_taken(name, path)
    sys.path.insert(0, str(path.resolve().parent))
    try:
        return known if (known := sys.modules.get(name)) else load_notebook(path, wanted)
    except (Exception, SystemExit) as error:
        where = _cell(path, error)
        raise TargetError(f"{path} raised {type(error).__name__}{where}: {error}") from error


def _cell(path: Path, error: BaseException) -> str:
    """Where in a notebook an error was raised."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path.resolve())]
    if not lines or lines[-1] is None:
        return ""
    cell, line = Notebook.read(path).place(lines[-1])
    return f" in cell {cell}, line {line}"


def _imported(name: str, target: str) -> ModuleType:
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name and (name == missing.name or name.startswith(f"{missing.name}.")):
            raise TargetError(f"There is no module {name!r} (from {target!r}).") from None
        raise TargetError(
            f"{target} can't be imported: it needs {missing.name!r}, which is not installed."
        ) from missing
    except (Exception, SystemExit) as error:
        raise TargetError(f"{target} raised {type(error).__name__} at import: {error}{_line(error)}") from error


def _line(error: BaseException) -> str:
    """Where in the user's own files an import ended."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith("<")]
    last = next((f for f in reversed(frames) if f.filename != __file__), None)
    return f" ({Path(last.filename).name}, line {last.lineno})" if last and not isinstance(error, SyntaxError) else ""


def _attribute(module: ModuleType, name: str, target: str) -> Any:
    value: Any = module
    for part in name.split("."):
        if not hasattr(value, part):
            public = [n for n in vars(value) if not n.startswith("_")] if hasattr(value, "__dict__") else []
            raise TargetError(f"{target}: there is no {part!r}.{did_you_mean(part, public)}")
        value = getattr(value, part)
    return value
