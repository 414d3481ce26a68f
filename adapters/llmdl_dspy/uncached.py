"""Methods of a program that remember what they gave, as under `functools.lru_cache`: in a run each call is made.

Else a candidate would be scored for what another one answered.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import dspy

Place = tuple[type, str]

_lock = threading.Lock()
_open: Counter[Place] = Counter()
_remembering: dict[Place, Any] = {}


def remembering(module: dspy.Module) -> list[Place]:
    """The methods of a program's classes that remember, each with the class that holds it."""
    kinds = dict.fromkeys(kind for _, one in module.named_sub_modules(dspy.Module) for kind in type(one).__mro__)
    return [(kind, name) for kind in kinds for name, method in vars(kind).items() if _remembers(method)]


def _remembers(method: Any) -> bool:
    return hasattr(method, "__wrapped__") and (hasattr(method, "cache_info") or hasattr(method, "cache_clear"))


def each_time(places: Sequence[Place]) -> AbstractContextManager[None]:
    """Inside, these methods are called each time; the last who leaves puts them back."""
    return _called(places) if places else nullcontext()


@contextmanager
def _called(places: Sequence[Place]) -> Iterator[None]:
    with _lock:
        for kind, name in places:
            if not _open[kind, name]:
                method = _remembering[kind, name] = vars(kind)[name]
                setattr(kind, name, method.__wrapped__)
            _open[kind, name] += 1
    try:
        yield
    finally:
        with _lock:
            for kind, name in places:
                _open[kind, name] -= 1
                if not _open[kind, name]:
                    setattr(kind, name, _remembering.pop((kind, name)))
