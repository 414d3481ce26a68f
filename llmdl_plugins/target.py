"""The application that a command line names: a name in a file, a notebook or a module, or in a langgraph.json."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

from llmdl_plugins.environment import of_config
from llmdl_plugins.errors import TargetError, did_you_mean
from llmdl_plugins.importing import module_at
from llmdl_plugins.langgraph_json import resolved
from llmdl_plugins.made import made


def load_target(target: str) -> Any:
    """The application itself: what a factory makes, where it is one; a langgraph.json brings its variables.

    Raises:
        TargetError: no such file, module or attribute, or the user's code raises at import.
        SideEffect: it acts on the world outside at import, where that is guarded.
    """
    from llmdl_plugins.effects import guard

    for name, value in of_config(target).items():
        os.environ.setdefault(name, value)
    place, _, attribute = resolved(target).rpartition(":")
    if not place or not attribute:
        raise TargetError(_nameless(target))
    with guard.reported("import"):
        return made(named(place, attribute, target), target)


def _nameless(target: str) -> str:
    """What is wrong with a target that names nothing in a file or a module."""
    path = Path(target)
    if ":" in target or path.exists() or not (path.suffix or len(path.parts) > 1):
        return f"{target!r} names no attribute: write path/app.py:graph, path/book.ipynb:graph or package.module:graph."
    beside = [str(path.with_name(one.name)) for one in path.parent.iterdir()] if path.parent.is_dir() else []
    return f"There is no file or folder {target}.{did_you_mean(target, beside)}"


def named(place: str, attribute: str, target: str) -> Any:
    """What has this name in a file, a notebook or a module, as it is.

    Args:
        target: both as the user wrote them.

    Raises:
        TargetError: no such file, module or attribute, or the user's code raises at import.
    """
    return _attribute(module_at(place, attribute, target), attribute, target)


def _attribute(module: ModuleType, name: str, target: str) -> Any:
    value: Any = module
    for part in name.split("."):
        if not hasattr(value, part):
            public = [n for n in vars(value) if not n.startswith("_")] if hasattr(value, "__dict__") else []
            raise TargetError(f"{target}: there is no {part!r}.{did_you_mean(part, public)}")
        value = getattr(value, part)
    return value
