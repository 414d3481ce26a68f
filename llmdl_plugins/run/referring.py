"""A recorded rollout names the calls that hold its messages: a prompt is kept once, and may be long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from llmdl_plugins.plain import JSON
from llmdl_plugins.tape import ModelCall, Tape


def referring(told: Any, tape: Tape) -> JSON:
    """A tape as JSON, in which the messages of a recorded call are its key, and which of its requests they are."""
    for row, call in zip(_calls(told), tape.calls, strict=True):
        row["messages"] = _place(call) or row["messages"]
    return told  # type: ignore[no-any-return]


def filled(told: Any, asked: Callable[[str], Any]) -> Any:
    """The same tape with the messages in it; None where one of the calls is not there any more.

    Args:
        asked: key → the recorded request of a call.
    """
    for row in _calls(told):
        if isinstance(place := row["messages"], dict):
            try:
                row["messages"] = asked(place["call"])["messages"][place["at"]]
            except (TypeError, LookupError):  # it is gone, or no request of a model any more
                return None
    return told


def _place(call: ModelCall) -> JSON:
    return {"call": call.recorded[0], "at": call.recorded[1]} if call.recorded else None


def _calls(told: Any) -> Iterator[dict[str, Any]]:
    """The calls of a tape, in the order of `Tape.calls`."""
    for step in told["steps"]:
        yield from step["calls"]
    yield from told["strays"]
