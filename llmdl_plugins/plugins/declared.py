"""Which commands plugins declare, read from their source: `llmdl --help` shows them and imports nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path

from llmdl_plugins.plugins.manager import wanted
from llmdl_plugins.plugins.plugin import Plugin

_HOOK = "llmdl_commands"


def declared() -> dict[str, str]:
    """Name → summary of every command whose `Spec` is written out; of two with one name the first keeps it."""
    found: dict[str, str] = {}
    for plugin in wanted():
        for name, summary in _of(plugin):
            found.setdefault(name, summary)
    return found


def _of(plugin: Plugin) -> Iterator[tuple[str, str]]:
    source = _source(plugin)
    if source is None or _HOOK.encode() not in source:
        return
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return  # it is named as broken where it is loaded
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == _HOOK:
            yield from _specs(node)


def _source(plugin: Plugin) -> bytes | None:
    try:
        path = Path(plugin.place) if not plugin.distribution else _file(plugin.place.partition(":")[0])
        return path.read_bytes() if path is not None and path.suffix == ".py" else None
    except (OSError, ImportError, ValueError, AttributeError):
        return None


def _file(module: str) -> Path | None:
    """Where a module stands; its packages are looked up and not imported."""
    top, *rest = module.split(".")
    spec, name = find_spec(top), top
    for part in rest:
        if spec is None:
            return None
        name = f"{name}.{part}"
        spec = PathFinder.find_spec(name, spec.submodule_search_locations)
    return Path(spec.origin) if spec is not None and spec.origin else None


def _specs(hook: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    for call in ast.walk(hook):
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("Spec"):
            given = dict(zip(("name", "target", "summary"), call.args, strict=False))
            given.update({k.arg: k.value for k in call.keywords if k.arg})
            name, summary = (_text(given.get(field)) for field in ("name", "summary"))
            if name:
                yield name, summary


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
