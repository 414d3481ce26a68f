"""A langgraph.json: the graphs that it names, and the variables that it brings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llmdl_plugins.errors import TargetError, did_you_mean

_NAME = "langgraph.json"


def resolved(target: str) -> str:
    """The target that a langgraph.json stands for; any other as it is.

    Raises:
        TargetError: the file names no such graph.
    """
    path, _, name = target.partition(":")
    if Path(path).name != _NAME:
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


def variables(target: str) -> Mapping[str, Any]:
    """The variables that it brings; none where the target is no langgraph.json, or names a file that isn't there."""
    brought = _env(target)
    if isinstance(brought, dict):
        return brought
    from dotenv import dotenv_values

    return dotenv_values(brought) if brought.is_file() else {}


def missing(target: str) -> Path | None:
    """The file of variables that it names and that isn't there: a template leaves it to each user to make one."""
    brought = _env(target)
    return brought if isinstance(brought, Path) and not brought.is_file() else None


def _env(target: str) -> dict[str, Any] | Path:
    """What it has for "env": the variables themselves, or the file that holds them."""
    path = Path(target.partition(":")[0])
    if path.name != _NAME or not path.is_file():
        return {}
    try:
        brought = json.loads(path.read_text(encoding="utf-8")).get("env") or {}
    except (ValueError, AttributeError, RecursionError):
        return {}  # what is wrong with it is said where the target is loaded
    return brought if isinstance(brought, dict) else path.parent / str(brought)


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
