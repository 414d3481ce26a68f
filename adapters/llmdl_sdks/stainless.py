"""The door for SDKs whose clients send everything through one `request`: openai and anthropic.

The request is met above the client's own retries.  A recorded answer goes where the SDK makes its objects of responses,
and becomes one as a live one does: whole, raw, parsed or streamed.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from llmdl_plugins.door.arriving import Method
from llmdl_plugins.door.passage import entering, refused, takes_retries
from llmdl_plugins.door.scope import Scope
from llmdl_plugins.errors import UnboundCallError
from llmdl_plugins.secrets import redact
from llmdl_sdks import hearing
from llmdl_sdks.asked import Asked
from llmdl_sdks.dialect import Dialect

Spoken = Mapping[str, Dialect]


def methods(module: ModuleType, spoken: Spoken) -> Sequence[Method]:
    """What to replace in a module of clients.

    Args:
        spoken: the end of a path → the words that are sent there.
    """
    whole, alike = module.SyncAPIClient, module.AsyncAPIClient

    def is_met(options: Any) -> bool:
        return _dialect(options, spoken) is not None

    return [
        Method(whole, "_process_response", lambda original: hearing.hearing(original, is_met)),
        Method(alike, "_process_response", lambda original: hearing.ahearing(original, is_met)),
        Method(whole, "request", lambda original: _request(original, spoken)),
        Method(alike, "request", lambda original: _arequest(original, spoken)),
    ]


def _request(original: Callable[..., Any], spoken: Spoken) -> Callable[..., Any]:
    def request(self: Any, cast_to: Any, options: Any, *, stream: bool = False, stream_cls: Any = None) -> Any:
        dialect = _dialect(options, spoken)
        if dialect is None or (here := entering()) is None:
            return original(self, cast_to, _once(self, dialect, options), stream=stream, stream_cls=stream_cls)
        if hasattr(self, "_copy_and_prepare"):
            options = self._copy_and_prepare(options)
        asked = _asked(here, dialect, self, options)

        def send() -> Any:
            return original(self, cast_to, _bound(self, options, asked), stream=stream, stream_cls=stream_cls)

        def again(answer: Any) -> Any:
            bound = _bound(self, options, asked)
            kind, response = self._maybe_override_cast_to(cast_to, bound), _response(self, bound, answer, _each)
            return self._process_response(
                cast_to=kind, options=bound, response=response, stream=stream, stream_cls=stream_cls
            )

        return (hearing.streamed if stream else hearing.whole)(asked, send, again)

    return request


def _arequest(original: Callable[..., Any], spoken: Spoken) -> Callable[..., Any]:
    async def request(self: Any, cast_to: Any, options: Any, *, stream: bool = False, stream_cls: Any = None) -> Any:
        dialect = _dialect(options, spoken)
        if dialect is None or (here := entering()) is None:
            return await original(self, cast_to, _once(self, dialect, options), stream=stream, stream_cls=stream_cls)
        if hasattr(self, "_copy_and_prepare"):
            options = await self._copy_and_prepare(options)
        asked = _asked(here, dialect, self, options)

        async def send() -> Any:
            return await original(self, cast_to, _bound(self, options, asked), stream=stream, stream_cls=stream_cls)

        async def again(answer: Any) -> Any:
            bound = _bound(self, options, asked)
            kind, response = self._maybe_override_cast_to(cast_to, bound), _response(self, bound, answer, _aeach)
            return await self._process_response(
                cast_to=kind, options=bound, response=response, stream=stream, stream_cls=stream_cls
            )

        return await (hearing.astreamed if stream else hearing.awhole)(asked, send, again)

    return request


def _dialect(options: Any, spoken: Spoken) -> Dialect | None:
    if str(options.method).lower() != "post" or not isinstance(options.json_data, Mapping):
        return None
    path = urlsplit(options.url).path.rstrip("/")
    return next((dialect for end, dialect in spoken.items() if path.endswith(end)), None)


def _asked(here: Scope, dialect: Dialect, client: Any, options: Any) -> Asked:
    if here.payer and options.json_data.get("background") is True:
        raise refused(
            UnboundCallError("A call with background=True is not metered yet: wait for its answer in the node.")
        )
    redact.meet(client)
    retries_itself = bool(options.get_max_retries(client.max_retries))
    return Asked(here, dialect, options.json_data, retries_itself, options.extra_json or {})


def _bound(client: Any, options: Any, asked: Asked) -> Any:
    # A copy for each try: the SDK takes headers out of the options that it is given.
    return _once(client, asked.dialect, options.model_copy(update={"json_data": asked.body}))


def _once(client: Any, dialect: Dialect | None, options: Any) -> Any:
    """The options of one attempt, where the payer makes the others: else each of his would be several."""
    if dialect is None or not takes_retries() or not options.get_max_retries(client.max_retries):
        return options
    return options.model_copy(update={"max_retries": 0})


def _response(client: Any, options: Any, answer: Any, each: Callable[[list[str]], Any]) -> Any:
    """A recorded answer as the response that the client's own HTTP library would have brought."""
    given = options.headers if isinstance(options.headers, Mapping) else {}
    headers = {name: value for name, value in given.items() if isinstance(value, str)}
    request = client._client.build_request("POST", str(client.base_url), headers=headers)
    library = sys.modules[type(request).__module__.partition(".")[0]]
    content = each(answer["pieces"]) if "pieces" in answer else answer["body"].encode()
    return library.Response(200, headers=answer["headers"], content=content, request=request)


def _each(pieces: list[str]) -> Iterator[bytes]:
    yield from (piece.encode() for piece in pieces)


async def _aeach(pieces: list[str]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece.encode()
