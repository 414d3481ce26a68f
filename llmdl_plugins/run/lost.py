"""Model calls that a rollout did without: an application that goes on as if it had its answer is not to be scored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import InfrastructureError
from llmdl_plugins.run.faults import is_fault

Ends = Sequence[tuple[Call, Exception | None]]


def check(ends: Ends) -> None:
    """Refuse to score a run that did without an answer.

    A call that was answered in another way is not lost: the same one was made again, or another model was asked at the
    same place, as `with_fallbacks` does.

    Args:
        ends: how calls ended, in order, each with its error or None.

    Raises:
        InfrastructureError: a call failed on the way to the model, and nothing took its place.
    """
    for call, error, stand_in in _faults(ends):
        if stand_in is None:
            where = f" at {call.path}" if call.path else ""
            raise InfrastructureError(f"A call to {call.model}{where} failed: {_told(error)}") from error


def fallbacks(ends: Ends) -> list[str]:
    """Which models answered in place of others that could not be reached, in words."""
    return [
        f"{call.model} could not be reached and the application asked {stand_in.model} instead: "
        "its answers are scored like any"
        for call, _, stand_in in _faults(ends)
        if stand_in is not None and stand_in.model != call.model
    ]


def _faults(ends: Ends) -> Iterator[tuple[Call, Exception, Call | None]]:
    """The calls that failed on the way, and the call that was answered in place of each."""
    for n, (call, error) in enumerate(ends):
        if error is not None and is_fault(error):
            yield call, error, _stand_in(call, ends[n + 1 :])


def _stand_in(call: Call, later: Ends) -> Call | None:
    return next((c for c, error in later if error is None and _replaces(c, call)), None)


def _replaces(other: Call, call: Call) -> bool:
    if other.path != call.path:
        return False
    return other.model != call.model or _messages(other) == _messages(call)


def _messages(call: Call) -> Any:
    request: Any = call.request
    return request["messages"]


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
