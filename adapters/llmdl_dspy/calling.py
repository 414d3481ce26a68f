"""A call of a predictor while its program runs: what it is given, what came of it, and where calls stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import dspy

from llmdl_dspy.placed import prediction_of, standing_for
from llmdl_dspy.predictor import OWN, Predictor
from llmdl_dspy.sent import Messages
from llmdl_plugins import tape
from llmdl_plugins.door import boundary
from llmdl_plugins.holding import holding
from llmdl_plugins.module import Module
from llmdl_plugins.tape import Step

_KEPT = 4096
# What a call is given, and the predictor where that is another signature than the program's.
Given = tuple[Mapping[str, Any], Predictor | None]

_call: ContextVar[Call | None] = ContextVar("llmdl_dspy_call", default=None)
_last: ContextVar[Step | None] = ContextVar("llmdl_dspy_last", default=None)


class Call:
    """A call of a predictor, as a step of the tape.

    Args:
        step: of the tape, which the call begins and ends.
        layer: what stands for the predictor, if something does.
        give: tells what it is given, once the step has begun.
    """

    kwargs: Mapping[str, Any]

    def __init__(
        self,
        step: tape.step,
        layer: Module | None,
        give: Callable[[], Given],
    ) -> None:
        self.layer, self._taking, self._give = layer, step, give
        self._step: Step | None = None
        self._changed: Predictor | None = None

    def __enter__(self) -> Call:
        self._step = self._taking.__enter__()
        try:
            self.kwargs, self._changed = self._give()
        except BaseException as error:
            self._taking.__exit__(type(error), error)
            raise
        self._token = _call.set(self)
        return self

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        _call.reset(self._token)
        self._taking.__exit__(kind, error)
        if error is None:
            _last.set(self._step)

    @property
    def is_looked_at(self) -> bool:
        """Whether what it sends first has to hold another text than the program's."""
        return self._changed is not None

    def sends(self, messages: Messages) -> None:
        """Look at the first of what it sends.

        Raises:
            UnboundCallError: what is in force is not in it.
        """
        changed, self._changed = self._changed, None
        if changed is not None:
            changed.arrivals.check(self.kwargs["signature"], messages)

    async def layered(self, caller: dspy.Predict, is_async: bool) -> Any:
        """What the layer that stands for the predictor gives, as its prediction."""
        assert self.layer is not None
        state = {key: value for key, value in self.kwargs.items() if key not in OWN}
        more = {key: value for key, value in self.kwargs.items() if key in OWN}
        with standing_for(caller, more, is_async):
            return prediction_of(await self.layer.ainvoke(state), caller)

    def answered(self, prediction: Any) -> Any:
        """Note what came."""
        if self._step:
            self._step.outputs = dict(prediction.items())
        return prediction


def current_call() -> Call | None:
    """The call of a predictor that this code is part of."""
    return _call.get()


def beginning() -> holding[None]:
    """Inside, no predictor has been called yet."""
    return holding(_last, None)


def last_step() -> Step | None:
    """The step of a predictor that ended last in this context: what follows was asked for by it."""
    return _last.get()


def named(caller: dspy.Predict) -> str:
    """A name for a predictor that is made as the program runs."""
    return f"({caller.signature.__name__})"


def in_a_run() -> bool:
    """Whether every call is paid and remembered here; DSPy's history would hold calls of many rows at once."""
    scope = boundary.current_scope()
    return scope is not None and scope.payer is not None


def place_here() -> Callable[[], str]:
    """Tells where a call stands: the steps of this program without their numbers, which depend on who was first."""
    outer = step.path if (step := tape.current_step()) else ""

    def place() -> str:
        if (step := tape.current_step()) is None:
            return outer
        return _place(outer, step.path)

    return place


@lru_cache(_KEPT)
def _place(outer: str, path: str) -> str:
    inside = path.removeprefix(outer).strip("/")
    return "/".join(filter(None, [outer, *(part.rpartition("#")[0] for part in inside.split("/"))]))
