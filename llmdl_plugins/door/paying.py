"""The one way to pay for a call: what the payer remembers is given again, and only what it doesn't is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from llmdl_plugins.door.passage import through
from llmdl_plugins.door.scope import Call, Scope
from llmdl_plugins.plain import JSON

T = TypeVar("T")


async def apaid(
    here: Scope,
    called: Callable[[], Call],
    send: Callable[[], Awaitable[T]],
    encode: Callable[[T], JSON],
    again: Callable[[JSON], Awaitable[T]],
) -> T:
    """What was asked for: live, or again from what the payer remembers.

    Args:
        called: the call; looked at only where somebody pays.
        send: makes it.
        encode: its result as plain JSON.
        again: the result that this JSON was.
    """
    if here.payer is None:
        with through():
            return await send()
    live: list[T] = []

    async def told() -> JSON:
        with through():
            live[:] = [await send()]
        return encode(live[0])

    call = called()
    with _waiting(here, call):
        answer = await here.payer.apay(call, told)
    if live:
        return live[0]
    with through():
        return await again(answer)


def paid(
    here: Scope,
    called: Callable[[], Call],
    send: Callable[[], T],
    encode: Callable[[T], JSON],
    again: Callable[[JSON], T],
) -> T:
    """`apaid`, synchronously."""
    if here.payer is None:
        with through():
            return send()
    live: list[T] = []

    def told() -> JSON:
        with through():
            live[:] = [send()]
        return encode(live[0])

    call = called()
    with _waiting(here, call):
        answer = here.payer.pay(call, told)
    if live:
        return live[0]
    with through():
        return again(answer)


class _waiting:
    """The application waits for a call; how it ends is noted."""

    __slots__ = ("_call", "_here")

    def __init__(self, here: Scope, call: Call) -> None:
        self._here, self._call = here, call

    def __enter__(self) -> None:
        self._here.clock.stop()

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        self._here.ended(self._call, error)
        self._here.clock.go()
