"""Hears what the server says where an SDK makes its objects of responses, and keeps it for the ledger."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from llmdl_plugins.door.flow import Flow
from llmdl_plugins.door.passage import is_passing, refused, through
from llmdl_plugins.door.paying import apaid, paid
from llmdl_plugins.errors import UnboundCallError
from llmdl_plugins.plain import JSON
from llmdl_sdks.asked import Asked
from llmdl_sdks.pieces import Pieces
from llmdl_sdks.tap import ATap, Tap

Sent = tuple[Any, JSON]

_ear: ContextVar[Callable[[Any], Any] | None] = ContextVar("llmdl_sdks_ear", default=None)


def whole(asked: Asked, send: Callable[[], Any], again: Callable[[Any], Any]) -> Any:
    """What the SDK made of an answer, heard or remembered.

    Args:
        asked: the request.
        send: makes it.
        again: what the SDK makes of a recorded answer.
    """

    def sent() -> Sent:
        heard: list[JSON] = []

        def hear(response: Any) -> None:
            response.read()
            heard[:] = [asked.answer(response.text, response.headers)]

        with _listening(hear):
            return send(), _only(heard)

    result, answer = paid(asked.here, asked.call, sent, _second, lambda told: (again(told), told))
    asked.note(answer)
    return result


async def awhole(asked: Asked, send: Callable[[], Awaitable[Any]], again: Callable[[Any], Awaitable[Any]]) -> Any:
    """`whole`, asynchronously."""

    async def sent() -> Sent:
        heard: list[JSON] = []

        async def hear(response: Any) -> None:
            await response.aread()
            heard[:] = [asked.answer(response.text, response.headers)]

        with _listening(hear):
            return await send(), _only(heard)

    async def remembered(told: JSON) -> Sent:
        return await again(told), told

    result, answer = await apaid(asked.here, asked.call, sent, _second, remembered)
    asked.note(answer)
    return result


def _only(heard: list[JSON]) -> JSON:
    if not heard:
        raise refused(
            UnboundCallError(
                "A middleware of the client answered in place of the model. Such an answer can't be recorded: "
                "train with a client that has no such middleware."
            )
        )
    return heard[0]


def _second(sent: Sent) -> JSON:
    return sent[1]


def streamed(asked: Asked, send: Callable[[], Any], again: Callable[[Any], Any]) -> Any:
    """The same for a streamed answer: what is read of it later is heard."""
    flow = Flow(asked.here, asked.call)
    recorded = flow.open()

    def start() -> Any:
        with _listening(lambda response: Tap(response, Pieces(asked, flow, response.headers))), through():
            return send() if recorded is None else again(recorded)

    try:
        return flow.first(start)
    except BaseException as error:
        flow.broken(error, None)
        raise


async def astreamed(asked: Asked, send: Callable[[], Awaitable[Any]], again: Callable[[Any], Awaitable[Any]]) -> Any:
    """`streamed`, asynchronously."""

    async def hear(response: Any) -> None:
        ATap(response, Pieces(asked, flow, response.headers))

    flow = Flow(asked.here, asked.call)
    recorded = await flow.aopen()

    async def start() -> Any:
        with _listening(hear), through():
            return await (send() if recorded is None else again(recorded))

    try:
        return await flow.afirst(start)
    except BaseException as error:
        flow.broken(error, None)
        raise


@contextmanager
def _listening(ear: Callable[[Any], Any]) -> Iterator[None]:
    token = _ear.set(ear)
    try:
        yield
    finally:
        _ear.reset(token)


def hearing(original: Callable[..., Any], is_met: Callable[[Any], bool]) -> Callable[..., Any]:
    """The SDK's method that makes objects of responses, heard.

    Args:
        is_met: whether a request with these options comes to the door.
    """

    def process(self: Any, *, response: Any, options: Any, **kwargs: Any) -> Any:
        ear = _listener(options, is_met)
        if ear and response.is_success:
            ear(response)
        return original(self, response=response, options=options, **kwargs)

    return process


def ahearing(original: Callable[..., Any], is_met: Callable[[Any], bool]) -> Callable[..., Any]:
    """The same for the asynchronous method."""

    async def process(self: Any, *, response: Any, options: Any, **kwargs: Any) -> Any:
        ear = _listener(options, is_met)
        if ear and response.is_success:
            await ear(response)
        return await original(self, response=response, options=options, **kwargs)

    return process


def _listener(options: Any, is_met: Callable[[Any], bool]) -> Callable[[Any], Any] | None:
    ear = _ear.get()
    if ear is None and not is_passing() and is_met(options):
        raise refused(
            UnboundCallError(
                "A call of an SDK went round the door: something put another request() into its client during the run. "
                "Such a call can't be scored: instrument the client before the run or after it."
            )
        )
    return ear
