"""Where the door meets a call of DSPy: above its cache and its retries, and where its engine is chosen."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from llmdl_dspy.asked import Prepared
from llmdl_dspy.compat import EXECUTION, complete, is_managed, is_single
from llmdl_dspy.metered import AsyncMetered, Metered
from llmdl_dspy.program import current
from llmdl_dspy.ways import learn
from llmdl_plugins.door.arriving import Method
from llmdl_plugins.door.passage import entering
from llmdl_plugins.holding import holding

_asked: ContextVar[Prepared | None] = ContextVar("llmdl_dspy_asked", default=None)


def methods() -> Sequence[Method]:
    """What to replace while the door stands."""
    return [
        Method(EXECUTION, "execute", _execute),
        Method(EXECUTION, "aexecute", _aexecute),
        Method(EXECUTION, "_engine", _engine),
    ]


def _execute(own: Callable[..., Any]) -> Callable[..., Any]:
    def execute(lm: Any, call: Any) -> Any:
        if (here := entering()) is None:
            return own(lm, call)
        asked = _looked_at(Prepared(here, lm, call))
        with holding(_asked, asked):
            return own(_once(asked), asked.call)

    return execute


def _aexecute(own: Callable[..., Any]) -> Callable[..., Any]:
    async def aexecute(lm: Any, call: Any) -> Any:
        if (here := entering()) is None:
            return await own(lm, call)
        asked = _looked_at(Prepared(here, lm, call))
        with holding(_asked, asked):
            if is_single(lm, asked.call) and (result := await complete(lm, asked.call)) is not None:
                return result
            return await own(_once(asked), asked.call)

    return aexecute


def _looked_at(asked: Prepared) -> Prepared:
    if (program := current()) is not None:
        program.sent(asked.messages)
    return asked


def _once(asked: Prepared) -> Any:
    """The model, without its retries where the payer makes them: else each of his would be several."""
    if asked.here.payer is None or not is_managed(asked.call) or not asked.lm.num_retries:
        return asked.lm
    once = copy.copy(asked.lm)  # a shallow one: connections and engines are the same
    once.num_retries = 0
    return once


def _engine(own: Callable[..., Any]) -> Callable[..., Any]:
    def engine(lm: Any, call: Any, asynchronous: bool) -> Any:
        backend, request, provider = own(lm, call, asynchronous)
        if (asked := _asked.get()) is None or asked.call is not call:
            return backend, request, provider
        learn(asked.lm, call, asynchronous, backend, request, provider)
        kind = AsyncMetered if asynchronous else Metered
        return kind(backend, asked), request, provider

    return engine
