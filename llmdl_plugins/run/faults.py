"""Tells faults of the way to the model from faults of the application."""

from __future__ import annotations

from collections.abc import Iterator

from llmdl_plugins.errors import InfrastructureError

_STATUS = {408, 409, 425, 429}
_NAMES = {
    "APIConnectionError",  # openai, anthropic
    "TransportError",  # httpx: time-outs, cut lines, broken protocol
    "ClientConnectionError",  # aiohttp
    "ClientPayloadError",
    "RequestException",  # requests, without a response
}
_LONGEST_WAIT = 60.0


def is_infrastructure(error: BaseException) -> bool:
    """Whether an error says nothing about the application: too many requests, server error, time-out, cut line."""
    return any(_is_one(e) for e in _chain(error))


def _is_one(error: BaseException) -> bool:
    if (status := _status(error)) is not None:
        return status in _STATUS or status >= 500
    if isinstance(error, ConnectionError | TimeoutError | InfrastructureError):
        return True
    return not _NAMES.isdisjoint(kind.__name__ for kind in type(error).__mro__)


def status_of(error: BaseException) -> int | None:
    """The first HTTP status that an error, or what it came from, tells."""
    return next((status for one in _chain(error) if (status := _status(one)) is not None), None)


def _status(error: BaseException) -> int | None:
    """The HTTP status that came with an error, wherever its client puts it."""
    given = (
        getattr(error, "status_code", None),
        getattr(getattr(error, "response", None), "status_code", None),
        getattr(error, "code", None),
    )
    return next((int(s) for s in given if isinstance(s, int) and 400 <= s < 600), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def retry_after(error: BaseException) -> float:
    """Seconds that the server asks to wait, a minute at most, or 0."""
    for one in _chain(error):
        headers = getattr(getattr(one, "response", None), "headers", None) or {}
        try:
            wanted = float(headers.get("retry-after", 0) or 0)
            return wanted if 0 <= wanted <= _LONGEST_WAIT else _LONGEST_WAIT
        except ValueError:
            continue
    return 0.0
