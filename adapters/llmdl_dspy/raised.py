"""What a tool raised, as a result that is remembered: the error, and what ReAct shows a model of its traceback."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from traceback import format_exception_only, format_tb
from types import TracebackType
from typing import Any

from llmdl_plugins.door import results

_MARK = "_llmdl_raised"


@dataclass(frozen=True)
class Raised:
    """An error of a tool.

    Args:
        error: as plain JSON.
        frames: of its traceback, from the tool on, as Python writes them.
        last: its last lines.
    """

    error: Any
    frames: Sequence[str]
    last: str
    now: Exception | None = field(default=None, init=False, compare=False, repr=False)

    @classmethod
    def of(cls, error: Exception) -> Raised:
        """An error that was raised just now."""
        last = "".join(format_exception_only(type(error), error))
        made = cls(results.keep_error(error), format_tb(theirs(error.__traceback__)), last)
        object.__setattr__(made, "now", error)
        return made

    def again(self) -> Exception:
        """The error itself, or one in its kind that shows what it showed."""
        if self.now is not None:
            return self.now
        error = results.error_of(self.error)
        setattr(error, _MARK, self)
        return error


def formatted(own: Callable[..., str]) -> Callable[..., str]:
    """What is shown of an error, as it is without us."""

    def format_error_for_lm(error: BaseException, *, traceback_frames: int = 0) -> str:
        trace = theirs(error.__traceback__)
        if (raised := getattr(error, _MARK, None)) is None or not traceback_frames:
            return own(error.with_traceback(trace), traceback_frames=traceback_frames)
        shown = [*format_tb(trace), *raised.frames][:traceback_frames]
        return "\n" + "".join(["Traceback (most recent call last):\n", *shown, raised.last]).strip()

    return format_error_for_lm


def theirs(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without our frames."""
    entries = list[TracebackType]()
    while trace is not None:
        entries.append(trace)
        trace = trace.tb_next
    kept: TracebackType | None = None
    for entry in reversed(entries):
        if not str(entry.tb_frame.f_globals.get("__name__")).startswith("llmdl_"):
            kept = TracebackType(kept, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return kept
