"""A streamed answer on its way through the door: its pieces are kept, and it is closed as whole or as broken off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from llmdl_plugins.door.flow import Flow
from llmdl_plugins.errors import InfrastructureError
from llmdl_plugins.plain import JSON
from llmdl_sdks.asked import Asked


class Pieces:
    """The pieces of one stream.

    Args:
        asked: the request.
        flow: the same at its payer.
        headers: what came before the pieces.
    """

    def __init__(self, asked: Asked, flow: Flow, headers: Mapping[str, str]) -> None:
        self._asked, self._flow, self._headers = asked, flow, dict(headers)
        self._pieces: list[str] = []
        self._events: list[Any] = []
        self._closed = False

    def add(self, piece: str, event: Any) -> None:
        """One more piece; the last one, or one that says what went wrong, closes the stream."""
        self._pieces.append(piece)
        if _is_error(event):
            self.broken(InfrastructureError(f"The stream broke off: {event}"))
        else:
            self._events.extend([] if event is None else [event])
            if self._asked.dialect.ends(event):
                self.whole()

    def extend(self, pieces: Iterable[tuple[str, Any]]) -> None:
        """Several pieces, each with its event."""
        for piece, event in pieces:
            self.add(piece, event)

    def whole(self) -> None:
        """The stream has come to its end."""
        if not self._events:
            self.broken(InfrastructureError("The stream ended before anything came."))
        if not self._closed:
            self._closed = True
            self._flow.whole(self._kept)
            self._asked.note_streamed(self._events)

    def broken(self, error: BaseException) -> None:
        """The stream failed, or its reader left."""
        if not self._closed:
            self._closed = True
            self._flow.broken(error, self._kept if self._events else None)

    def _kept(self) -> JSON:
        return self._asked.streamed(self._pieces, self._events, self._headers)


def _is_error(event: Any) -> bool:
    return isinstance(event, dict) and bool(event.get("type") in ("error", "response.failed") or event.get("error"))
