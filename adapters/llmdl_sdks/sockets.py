"""Whether an idle connection can still be read is asked of its socket: httpx's pool asks it of all, for each call.

On the way there, anyio gathers all that there is to know of a socket, and asks the system for its peer.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from llmdl_plugins.door.arriving import Method

_READABLE = "is_readable"


def methods(module: ModuleType) -> list[Method]:
    """What to replace in a module of connections over anyio."""
    stream, readable = vars(module).get("AnyIOStream"), vars(module).get("is_socket_readable")
    if not isinstance(stream, type) or "get_extra_info" not in vars(stream) or readable is None:
        return []
    return [Method(stream, "get_extra_info", lambda own: _asking(own, readable))]


def _asking(own: Callable[[Any, str], Any], readable: Callable[[Any], bool]) -> Callable[[Any, str], Any]:
    from anyio._backends._asyncio import SocketStream
    from anyio.streams.tls import TLSStream

    def get_extra_info(self: Any, info: str) -> Any:
        stream = self._stream if info == _READABLE else None
        if type(stream) is TLSStream:
            stream = stream.transport_stream
        return readable(stream._raw_socket) if type(stream) is SocketStream else own(self, info)

    return get_extra_info
