"""A chat completion goes straight from its payload to the socket, where the SDK has sent one of its kind before.

For each call the openai SDK makes options, headers and a request, and httpx goes through auth, redirects and hooks.
What comes of that is the same for calls of one client with the same keys, but for the body: the first of a kind is the
SDK's own, and the others are sent with its address and headers, their answers given as its answer.
"""

from __future__ import annotations

import logging
import sys
import time
from datetime import timedelta
from types import FunctionType
from typing import Any

from llmdl_plugins.door.alike import Kind, body_of, learned
from llmdl_plugins.door.passage import takes_retries

_REFRESHED = ("_api_key_provider", "_workload_identity_auth", "_provider_runtime")
_TOLD = (("openai", logging.DEBUG), ("httpx", logging.INFO), ("httpx2", logging.INFO))
_OURS = ("openai", "llmdl_sdks")


class _InFront:
    """An object of the SDK with something in front of it.

    Args:
        own: the SDK's.
    """

    def __init__(self, own: Any) -> None:
        self._own = own

    def __getattr__(self, name: str) -> Any:
        if name == "_own":
            raise AttributeError(name)  # of a copy that is being made
        return getattr(self._own, name)


class Straight(_InFront):
    """What a model asks in place of the `chat.completions` of its client: all else than whole answers is the SDK's.

    Args:
        completions: the SDK's own.
        http: the client that it sends through, over aiohttp.
    """

    def __init__(self, completions: Any, http: Any) -> None:
        super().__init__(completions)
        self.with_raw_response = _Raw(completions, http)


class _Raw(_InFront):
    """`with_raw_response`, likewise."""

    def __init__(self, completions: Any, http: Any) -> None:
        super().__init__(completions.with_raw_response)
        self._completions, self._client, self._http = completions, completions._client, http
        self._kinds: dict[tuple[str, ...], Kind | None] = {}

    async def create(self, **payload: Any) -> Any:
        """An answer as the SDK gives it."""
        kind = self._kinds.get(keys := tuple(payload))
        if payload.get("stream") or not self._is_alone() or (kind is None and keys in self._kinds):
            return await self._own.create(**payload)
        if kind is None or (body := body_of(payload, kind.order)) is None:
            raw = await self._own.create(**payload)
            self._kinds.setdefault(keys, learned(raw, payload))
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
