"""Tools of DSPy in a run: a use is remembered, and stands on the tape at the step that asked for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import dspy

from llmdl_dspy.calling import last_step
from llmdl_dspy.compat import SHOWING
from llmdl_dspy.raised import Raised, formatted
from llmdl_dspy.tools import is_dspys
from llmdl_plugins import tape
from llmdl_plugins.door import calls, results
from llmdl_plugins.door.arriving import Method
from llmdl_plugins.door.remembering import aremembered, entering, remembered
from llmdl_plugins.door.scope import Scope, Use
from llmdl_plugins.errors import LlmdlError
from llmdl_plugins.plain import digest, plain
from llmdl_plugins.run.faults import is_infrastructure


def methods() -> Sequence[Method]:
    """What to replace while the door stands."""
    shown = [Method(module, "format_error_for_lm", formatted) for module in SHOWING]
    return [Method(dspy.Tool, "__call__", _call), Method(dspy.Tool, "acall", _acall), *shown]


def _call(own: Callable[..., Any]) -> Callable[..., Any]:
    def __call__(self: dspy.Tool, **kwargs: Any) -> Any:
        if is_dspys(self):
            return own(self, **kwargs)

        def run(tool: dspy.Tool) -> Any:
            try:
                return own(tool, **kwargs)
            except Exception as error:
                return _told(error)

        with noted(str(self.name), kwargs) as use:
            if (entered := entering(self, partial(use_of, use.name, kwargs))) is None:
                use.answer = own(self, **kwargs)
            else:
                use.answer = _given(remembered(entered, self, run, partial(_stand_in, self), unkept))
            return use.answer

    return __call__


def _acall(own: Callable[..., Any]) -> Callable[..., Any]:
    async def acall(self: dspy.Tool, **kwargs: Any) -> Any:
        if is_dspys(self):
            return await own(self, **kwargs)

        async def run(tool: dspy.Tool) -> Any:
            try:
                return await own(tool, **kwargs)
            except Exception as error:
                return _told(error)

        with noted(str(self.name), kwargs) as use:
            if (entered := entering(self, partial(use_of, use.name, kwargs))) is None:
                use.answer = await own(self, **kwargs)
            else:
                use.answer = _given(await aremembered(entered, self, run, partial(_stand_in, self), unkept))
            return use.answer

    return acall


def _told(error: Exception) -> Raised:
    """An error of the tool, to be remembered; one that comes from another shows that too, and is raised at once."""
    if isinstance(error, LlmdlError) or is_infrastructure(error) or error.__cause__ or error.__context__:
        raise error
    return Raised.of(error)


def _given(result: Any) -> Any:
    """What a tool gave; what it raised is raised."""
    if isinstance(result, Raised):
        raise result.again()
    return result


def use_of(name: str, arguments: Mapping[str, Any], here: Scope, path: str) -> Use:
    """A use of a tool at a place."""
    asked = plain(dict(arguments))
    return Use(name, asked, path, calls.turn(here, digest("tool", name, asked, path)), {})


def _stand_in(tool: dspy.Tool, outcome: Any, use: Use) -> dspy.Tool:
    """A copy of the tool that gives what was recorded, through the same callbacks."""
    return tool.model_copy(update={"func": lambda **_: results.restore(outcome["result"])})


def unkept(*_: Any) -> None:
    """What is raised at once is not kept: a run that goes on makes such a use again."""


@contextmanager
def noted(name: str, arguments: Mapping[str, Any]) -> Iterator[tape.ToolCall]:
    """A use of a tool, on the tape where one is recorded."""
    use = tape.ToolCall(name, plain(dict(arguments)))
    if tape.current_tape() and (step := last_step() or tape.current_step()):
        step.tools.append(use)
    try:
        yield use
    except BaseException as error:
        use.error = repr(error)
        raise
    finally:
        use.answer = plain(use.answer)
