"""What a type of an answer is made of is asked once: the SDK takes its types apart for each answer, field by field."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from llmdl_plugins.door.arriving import Method

_ASKED = ("get_origin", "get_args", "is_union", "is_literal_type", "is_annotated_type", "is_type_alias_type")
_KEPT = 4096


def methods(module: ModuleType) -> list[Method]:
    """What to replace in the module that makes objects of answers."""
    return [Method(module, name, _once) for name in _ASKED if isinstance(vars(module).get(name), FunctionType)]


def _once(own: Callable[[Any], Any]) -> Callable[[Any], Any]:
    # By identity: to hash a union takes longer than to take it apart.
    known: dict[int, tuple[Any, Any]] = {}

    def of(kind: Any) -> Any:
        if (found := known.get(id(kind))) is None:
            if len(known) >= _KEPT:
                known.clear()  # types may be made for each call
            found = known[id(kind)] = kind, own(kind)
        return found[1]

    return of
