"""Modules of a program that is run: each is noted as the caller of what is called in it, and that is all.

DSPy looks up for each call who listens and what is counted.  Where somebody does, the call is left to DSPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dspy

from llmdl_dspy import compat
from llmdl_dspy.program import current
from llmdl_plugins.door.arriving import Method

_held = object.__getattribute__  # past the one of modules, which looks who asks


def methods() -> Sequence[Method]:
    """What to replace while the door stands; a method that somebody has wrapped is left there."""
    ours = {"__call__": _call, "acall": _acall}
    return [
        Method(dspy.Module, name, make) for name, make in ours.items() if compat.is_written(vars(dspy.Module)[name])
    ]


def _call(own: Callable[..., Any]) -> Callable[..., Any]:
    def __call__(self: Any, *args: Any, **kwargs: Any) -> Any:
        if (around := _unheard(self)) is None:
            return own(self, *args, **kwargs)
        with compat.inside(self, around):
            return self.forward(*args, **kwargs)

    return __call__


def _acall(own: Callable[..., Any]) -> Callable[..., Any]:
    async def acall(self: Any, *args: Any, **kwargs: Any) -> Any:
        if (around := _unheard(self)) is None:
            return await own(self, *args, **kwargs)
        with compat.inside(self, around):
            return await self.aforward(*args, **kwargs)

    return acall


def _unheard(module: Any) -> Mapping[str, Any] | None:
    """DSPy's settings around it; None where no program is run, or somebody is told of its calls or counts them."""
    if current() is None:
        return None
    around = compat.around()
    return None if around["callbacks"] or around["track_usage"] or _held(module, "callbacks") else around
