"""Whether an idle connection can still be read is asked of its socket: httpx's pool asks it of all, for each call.

On the way there, anyio gathers all that there is to know of a socket, and asks the system for its peer.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from llmdl_plugins.door.arriving import Method

_READABLE, _ASKED, _SOCKET = "is_readable", "get_extra_info", "_raw_socket"


def methods(module: ModuleType) -> list[Method]:
    """What to replace in a module of connections over anyio."""
    stream, readable = vars(module).get("AnyIOStream", object), vars(module).get("is_socket_readable")
    if _ASKED not in vars(stream) or readable is None:
        return []
    try:
        from anyio._backends._asyncio import SocketStream
        from anyio.streams.tls import TLSStream
    except ImportError:
        return []  # another version
    if not hasattr(SocketStream, _SOCKET):
        return []
    return [Method(stream, _ASKED, lambda own: _asking(own, readable, SocketStream, TLSStream))]


def _asking(own: Callable[[Any, str], Any], readable: Callable[[Any], bool], plain: Any, tls: Any) -> Any:
    def get_extra_info(self: Any, info: str) -> Any:
        if info != _READABLE:
            return own(self, info)
        stream = self._stream.transport_stream if type(self._stream) is tls else self._stream
        return readable(stream._raw_socket) if type(stream) is plain else own(self, info)

    return get_extra_info
