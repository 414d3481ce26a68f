"""A layer as boxes within boxes: what it is called, what it reads and writes, and what is in it."""

from __future__ import annotations

from dataclasses import dataclass

from llmdl_plugins.containers.sequential import Sequential
from llmdl_plugins.module import Module

_SHOWN = 3  # keys, of many


@dataclass(frozen=True)
class Box:
    """A layer.

    Args:
        title: its kind, behind the name that its container has for it.
        told: what it reads and writes, and the choices in force.
        inside: the layers in it.
        in_order: whether those run one after the other; else side by side, or some of them.
    """

    title: str
    told: tuple[str, ...]
    inside: tuple[Box, ...] = ()
    in_order: bool = False


def outline(layer: Module, name: str = "") -> Box:
    """The boxes of a layer, with the values in force."""
    inside = tuple(outline(inner, path.rpartition(".")[2]) for path, inner in layer.named_modules())
    title = layer.get_name() if not name or name.isdigit() else f"{name}: {layer.get_name()}"
    return Box(title, (*_keys(layer), *_choices(layer)), inside, isinstance(layer, Sequential))


def _keys(layer: Module) -> list[str]:
    if layer.reads is None and layer.writes is None:
        return []
    return [f"{_listed(layer.reads)} → {_listed(layer.writes)}"]


def _listed(keys: object) -> str:
    if keys is None:
        return "…"
    shown = list(keys)  # type: ignore[call-overload]
    return ", ".join(shown[:_SHOWN]) + (", …" if len(shown) > _SHOWN else "") if shown else "–"


def _choices(layer: Module) -> list[str]:
    own = [(name, p) for name, p in layer.named_parameters().items() if "/" not in name and p.kind == "choice"]
    return [", ".join(f"{name} {p.value}" for name, p in own)] if own else []
