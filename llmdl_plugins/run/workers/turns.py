"""Equal calls of code that holds up its loop while it waits: they are made one after the other, and so once.

Such code must not wait for any call: that may be one that needs the loop which it holds up.  Here it waits for another
worker alone, and never in a circle.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class _Turn:
    """Who makes a call now."""

    who: object
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Turns:
    """Whose turn it is, for all workers of a run."""

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}
        self._waits: defaultdict[object, list[object]] = defaultdict(list)

    async def take(self, key: str, who: object) -> bool:
        """Whether the turn is ours, when it is; False at once where waiting for it would be a circle.

        Args:
            key: of the call.
            who: stands for the worker.
        """
        while (other := self._turns.get(key)) is not None:
            if self._waits_for(other.who, who):
                return False
            self._waits[who].append(other.who)
            await other.over.wait()
            self._waits[who].remove(other.who)
        self._turns[key] = _Turn(who)
        return True

    def give(self, key: str) -> None:
        """The call was made, or failed: whoever waits finds its answer, or makes it."""
        self._turns.pop(key).over.set()

    def _waits_for(self, who: object, whom: object) -> bool:
        return who is whom or any(self._waits_for(other, whom) for other in self._waits[who])
