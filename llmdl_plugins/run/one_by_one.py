"""Work on one key is done one after the other; on different keys side by side, at next to no price."""

from __future__ import annotations

import asyncio


class OneByOne:
    """Who is at work on which key, and who waits for it; belongs to one loop."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}

    async def enter(self, key: str) -> None:
        """Back when nobody else is at work on this key; to be left when the work is done."""
        while (waiting := self._waiting.get(key)) is not None:
            waiting.append(asyncio.get_running_loop().create_future())
            await waiting[-1]
        self._waiting[key] = []

    def leave(self, key: str) -> None:
        """The next may go to work on it."""
        for turn in self._waiting.pop(key):
            if not turn.done():
                turn.set_result(None)
