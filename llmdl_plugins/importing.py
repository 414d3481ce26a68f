"""A module of the user: of a file as its own imports expect it to be, of a notebook, or by its name."""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path
from types import ModuleType

from llmdl_plugins import theirs
from llmdl_plugins.errors import TargetError
from llmdl_plugins.notebook.book import Notebook
from llmdl_plugins.notebook.loading import load_notebook, module_name


def module_at(place: str, attribute: str, target: str) -> ModuleType:
    """The module that a file, a notebook or a name stands for.

    Args:
        attribute: what of it is wanted: a notebook is run only as far as that needs it.
        target: both as the user wrote them.

    Raises:
        TargetError: no such file or module, or the user's code raises at import.
    """
    if place.endswith(".ipynb"):
        return _from_notebook(Path(place), attribute.partition(".")[0])
    return _from_file(Path(place)) if place.endswith(".py") else _imported(place, target)


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
        where = "" if isinstance(error, SyntaxError) else theirs.line(error)  # a syntax error says it itself
        raise TargetError(f"{target} raised {type(error).__name__} at import: {error}{where}") from error
