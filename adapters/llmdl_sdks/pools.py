"""A pool of connections is looked through where somebody waits for one: httpx does it after each answer, too.

Then it only closes what is idle beyond its limit, or has expired; and that the next request finds, if anybody asks.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from llmdl_plugins.door.arriving import Method

_POOL, _LOOKS = "AsyncConnectionPool", "_assign_requests_to_connections"
_READ = {"_connections", "_requests", "_max_keepalive_connections"}


def methods(module: ModuleType) -> list[Method]:
    """What to replace in the module of the pool."""
    pool = vars(module).get(_POOL, object)
    code = getattr(vars(pool).get(_LOOKS), "__code__", None)
    return [Method(pool, _LOOKS, _where_wanted)] if code and _READ.issubset(code.co_names) else []


def _where_wanted(own: Callable[[Any], list[Any]]) -> Callable[[Any], list[Any]]:
    def look(self: Any) -> list[Any]:
        has_surplus = len(self._connections) > self._max_keepalive_connections
        return own(self) if has_surplus or None in [one.connection for one in self._requests] else []

    return look
