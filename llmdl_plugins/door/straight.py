"""A chat completion goes straight from its payload to the socket, where the SDK has sent one of its kind before.

For each call the openai SDK makes options, headers and a request, and httpx goes through auth, redirects and hooks.
What comes of that is the same for calls of one client with the same keys, but for the body: the first of a kind is the
SDK's own, and the others are sent with its address and headers, their answers given as its answer.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from types import FunctionType
from typing import Any

from llmdl_plugins.door.passage import takes_retries

_REFRESHED = ("_api_key_provider", "_workload_identity_auth", "_provider_runtime")
_TOLD = (("openai", logging.DEBUG), ("httpx", logging.INFO), ("httpx2", logging.INFO))
_OURS = ("openai", "llmdl_sdks")
_MISSING = object()
_ANSWER = ("client", "cast_to", "stream", "stream_cls", "options")


@dataclass(frozen=True)
class _Kind:
    """What calls with the same keys have in common.

    Args:
        order: of the keys in the body.
        request: makes one, from a body.
        answer: makes what the caller is given, from a response.
    """

    order: Sequence[str]
    request: Callable[..., Any]
    answer: Callable[..., Any]


class Straight:
    """What a model asks in place of the `chat.completions` of its client: all else than whole answers is the SDK's.

    Args:
        completions: the SDK's own.
        http: the client that it sends through, over aiohttp.
    """

    def __init__(self, completions: Any, http: Any) -> None:
        self._own, self.with_raw_response = completions, _Raw(completions, http)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)


class _Raw:
    """`with_raw_response`, likewise."""

    def __init__(self, completions: Any, http: Any) -> None:
        self._completions, self._own, self._http = completions, completions.with_raw_response, http
        self._client = completions._client
        self._kinds: dict[tuple[str, ...], _Kind | None] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    async def create(self, **payload: Any) -> Any:
        """An answer as the SDK gives it."""
        kind = self._kinds.get(keys := tuple(payload))
        if payload.get("stream") or not self._is_alone() or (kind is None and keys in self._kinds):
            return await self._own.create(**payload)
        if kind is None or (body := _body(payload, kind.order)) is None:
            raw = await self._own.create(**payload)
            self._kinds.setdefault(keys, _learned(raw, payload))
            return raw
        response = await self._sent(kind.request(content=body))
        if response.has_redirect_location:
            self._kinds[keys] = None
            return await self._own.create(**payload)
        if not response.is_success:
            raise self._client._make_status_error_from_response(response) from None
        return kind.answer(raw=response)

    def _is_alone(self) -> bool:
        """Whether nobody else sees to the key, to another try or to what is said of a call."""
        client = self._client
        return (
            type(client) is sys.modules["openai"].AsyncOpenAI
            and not any(getattr(client, name, None) for name in _REFRESHED)
            and not any(logging.getLogger(name).isEnabledFor(level) for name, level in _TOLD)
            and all(map(_is_theirs, (type(client).request, type(self._completions).create)))
            and (not client.max_retries or takes_retries())
        )

    async def _sent(self, request: Any) -> Any:
        openai, (timeouts, errors) = sys.modules["openai"], _exceptions()
        if cookies := self._http.cookies:
            cookies.set_cookie_header(request)
        since = time.perf_counter()
        try:
            response = await self._http._transport.handle_async_request(request)
            try:
                await response.aread()
            except BaseException:
                await response.aclose()
                raise
        except timeouts as error:
            raise openai.APITimeoutError(request=request) from error
        except errors as error:
            raise openai.APIConnectionError(request=request) from error
        response.request, response.elapsed = request, timedelta(seconds=time.perf_counter() - since)
        self._http.cookies.extract_cookies(response)
        return response


def _exceptions() -> tuple[Any, Any]:
    """What the SDK takes for a timeout, and for a connection that failed."""
    base = vars(sys.modules["openai._base_client"])
    if "request_exceptions" in base:
        return base["timeout_exceptions"](), base["request_exceptions"]()
    return base["httpx"].TimeoutException, Exception


def _is_theirs(function: Any) -> bool:
    """Whether a function is the SDK's, maybe with our door in front: not one that an instrumentation has put there."""
    while function is not None:
        if type(function) is not FunctionType or function.__globals__["__name__"].partition(".")[0] not in _OURS:
            return False
        function = getattr(function, "__wrapped__", None)
    return True


def _learned(raw: Any, payload: Mapping[str, Any]) -> _Kind | None:
    """The kind of a call that the SDK has made; None for one whose body does not come of its payload alone."""
    response, request = raw.http_response, raw.http_request
    order = [*json.loads(request.content)]
    if order != [name for name in order if name in payload] or _body(payload, order) != request.content:
        return None
    told = {name: getattr(raw, f"_{name}", _MISSING) for name in _ANSWER}
    if raw.retries_taken or response.history or len(order) < len(payload) or _MISSING in told.values():
        return None
    headers = type(request.headers)(request.headers)
    for name in ("content-length", "cookie"):
        headers.pop(name, None)
    asks: Callable[..., Any] = type(request)
    answers: Callable[..., Any] = type(raw)
    return _Kind(
        order,
        partial(asks, request.method, request.url, headers=headers, extensions=request.extensions),
        partial(answers, **told, retries_taken=0),
    )


def _body(payload: Mapping[str, Any], order: Sequence[str]) -> bytes | None:
    """The body as the SDK writes it; None where it holds more than JSON."""
    try:
        told = json.dumps(
            {name: payload[name] for name in order}, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        )
        return told.encode()
    except (TypeError, ValueError):
        return None
