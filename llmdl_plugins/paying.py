"""The one way to pay for a call: what the payer remembers is given again, and only what it doesn't is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from llmdl_plugins.passage import through
from llmdl_plugins.plain import JSON
from llmdl_plugins.scope import Call, Scope

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

    answer = await here.payer.apay(called(), told)
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

    answer = here.payer.pay(called(), told)
    if live:
        return live[0]
    with through():
        return again(answer)


class Flow:
    """One streamed call at its payer: opened, then closed once, as whole or as broken off.

    Args:
        called: the call; looked at only where somebody pays.
    """

    def __init__(self, here: Scope, called: Callable[[], Call]) -> None:
        self._payer, self._paying = here.payer, False
        self._call = called() if here.payer else None

    def open(self) -> JSON:
        """The recorded answer, or None where the call is to be made."""
        return self._opened(self._payer.begin(self._call)) if self._payer and self._call else None

    async def aopen(self) -> JSON:
        """The same, asynchronously."""
        return self._opened(await self._payer.abegin(self._call)) if self._payer and self._call else None

    def _opened(self, recorded: JSON) -> JSON:
        self._paying = recorded is None
        return recorded

    def whole(self, answer: Callable[[], JSON]) -> None:
        """The stream came to its end."""
        if self._payer and self._call and self._closes():
            self._payer.finish(self._call, answer())

    def broken(self, error: BaseException, part: Callable[[], JSON] | None) -> None:
        """The stream failed, or its reader left after a part of it had come."""
        if not (self._payer and self._call and self._closes()):
            return
        if part and not isinstance(error, Exception):
            self._payer.leave(self._call, part())
        else:
            self._payer.fail(self._call, error)

    def _closes(self) -> bool:
        paying, self._paying = self._paying, False
        return paying
