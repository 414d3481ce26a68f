"""Where a program's predictors are met: each call is a step, and is given what is in force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dspy

from llmdl_dspy import compat, direct
from llmdl_dspy.program import current
from llmdl_plugins import sync
from llmdl_plugins.door.arriving import Method


def methods() -> Sequence[Method]:
    """What to replace while the door stands."""
    return [
        Method(dspy.Predict, "forward", _forward),
        Method(dspy.Predict, "aforward", _aforward),
        Method(compat.COPIED, "deepcopy", _deepcopy),
    ]


def _forward(own: Callable[..., Any]) -> Callable[..., Any]:
    is_dspys = compat.is_untouched() and compat.is_written(own)

    def forward(self: Any, **kwargs: Any) -> Any:
        if (program := current()) is None:
            return own(self, **kwargs)
        with program.call(self, kwargs) as call:
            if call.layer is not None:
                return call.answered(sync.run(call.layered(self, is_async=False)))
            if not is_dspys or (ready := direct.ready(self, call.kwargs, asynchronous=False)) is None:
                return call.answered(own(self, **call.kwargs))
            if call.is_looked_at:
                program.sent(ready.messages())
            return call.answered(ready.answer())

    return forward


def _aforward(own: Callable[..., Any]) -> Callable[..., Any]:
    is_dspys = compat.is_untouched() and compat.is_written(own)

    async def aforward(self: Any, **kwargs: Any) -> Any:
        if (program := current()) is None:
            return await own(self, **kwargs)
        with program.call(self, kwargs) as call:
            if call.layer is not None:
                return call.answered(await call.layered(self, is_async=True))
            if not is_dspys or (ready := direct.ready(self, call.kwargs, asynchronous=True)) is None:
                return call.answered(await own(self, **call.kwargs))
            if call.is_looked_at:
                program.sent(ready.messages())
            return call.answered(await ready.aanswer())

    return aforward


def _deepcopy(own: Callable[..., Any]) -> Callable[..., Any]:
    def deepcopy(self: Any) -> Any:
        program = current()
        return own(self) if program is None else program.copied(own(self))

    return deepcopy
