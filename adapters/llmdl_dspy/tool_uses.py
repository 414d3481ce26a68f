"""Tools of DSPy in a run: a use is remembered, and stands on the tape at the step that asked for it.

What a tool raises is not kept: ReAct shows its traceback to the model, and no record could give that again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import Any

import dspy

from llmdl_dspy.compat import SHOWING
from llmdl_dspy.program import last_step
from llmdl_dspy.tools import is_dspys
from llmdl_plugins import calls, results, tape
from llmdl_plugins.arriving import Method
from llmdl_plugins.plain import digest, plain
from llmdl_plugins.remembering import aremembered, entering, remembered
from llmdl_plugins.scope import Scope, Use


def methods() -> Sequence[Method]:
    """What to replace while the door stands."""
    shown = [Method(module, "format_error_for_lm", _formatted) for module in SHOWING]
    return [Method(dspy.Tool, "__call__", _call), Method(dspy.Tool, "acall", _acall), *shown]


def _call(own: Callable[..., Any]) -> Callable[..., Any]:
    def __call__(self: dspy.Tool, **kwargs: Any) -> Any:
        if is_dspys(self):
            return own(self, **kwargs)
        with _noted(self, kwargs) as noted:
            if (entered := entering(self, partial(_use, self, kwargs))) is None:
                noted.answer = own(self, **kwargs)
            else:
                run = partial(_with, own, kwargs)
                noted.answer = remembered(entered, self, run, partial(_stand_in, self), _runs_again)
            return noted.answer

    return __call__


def _acall(own: Callable[..., Any]) -> Callable[..., Any]:
    async def acall(self: dspy.Tool, **kwargs: Any) -> Any:
        if is_dspys(self):
            return await own(self, **kwargs)
        with _noted(self, kwargs) as noted:
            if (entered := entering(self, partial(_use, self, kwargs))) is None:
                noted.answer = await own(self, **kwargs)
            else:
                run = partial(_with, own, kwargs)
                noted.answer = await aremembered(entered, self, run, partial(_stand_in, self), _runs_again)
            return noted.answer

    return acall


def _with(own: Callable[..., Any], kwargs: Mapping[str, Any], tool: dspy.Tool) -> Any:
    return own(tool, **kwargs)


def _use(tool: dspy.Tool, kwargs: Mapping[str, Any], here: Scope, path: str) -> Use:
    name, arguments = str(tool.name), plain(dict(kwargs))
    return Use(name, arguments, path, calls.turn(here, digest("tool", name, arguments, path)), {})


def _stand_in(tool: dspy.Tool, outcome: Any, use: Use) -> dspy.Tool:
    """A copy of the tool that gives what was recorded, through the same callbacks."""
    return tool.model_copy(update={"func": lambda **_: results.restore(outcome["result"])})


def _runs_again(*_: Any) -> None:
    """An error is not kept."""


@contextmanager
def _noted(tool: dspy.Tool, kwargs: Mapping[str, Any]) -> Iterator[tape.ToolCall]:
    """A use of a tool, on the tape where one is recorded."""
    noted = tape.ToolCall(str(tool.name), plain(dict(kwargs)))
    if tape.current_tape() and (step := last_step() or tape.current_step()):
        step.tools.append(noted)
    try:
        yield noted
    except BaseException as error:
        noted.error = repr(error)
        raise
    finally:
        noted.answer = plain(noted.answer)


def _formatted(own: Callable[..., str]) -> Callable[..., str]:
    def format_error_for_lm(error: BaseException, **more: Any) -> str:
        return own(error.with_traceback(_theirs(error.__traceback__)), **more)

    return format_error_for_lm


def _theirs(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without our frames: what a model is shown is as it is without us."""
    entries = list[TracebackType]()
    while trace is not None:
        entries.append(trace)
        trace = trace.tb_next
    kept: TracebackType | None = None
    for entry in reversed(entries):
        if not str(entry.tb_frame.f_globals.get("__name__")).startswith("llmdl_"):
            kept = TracebackType(kept, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return kept
