"""The door for google.genai, whose API client sends everything through four methods."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

from llmdl_plugins.door.arriving import Method
from llmdl_plugins.door.flow import Flow
from llmdl_plugins.door.passage import apassing, entering, passing, through
from llmdl_plugins.door.paying import apaid, paid
from llmdl_plugins.door.scope import Scope
from llmdl_plugins.plain import JSON
from llmdl_plugins.secrets import redact
from llmdl_sdks import gemini
from llmdl_sdks.asked import Asked
from llmdl_sdks.pieces import Pieces

_PATH = re.compile(r"(?P<model>[^?]*):(?:g|streamG)enerateContent(?:\?|$)")

Make = Callable[..., Any]


def methods(module: ModuleType) -> Sequence[Method]:
    """What to replace in the module of the API client."""
    client, response = module.BaseApiClient, module.SdkHttpResponse
    return [
        Method(client, "request", lambda original: _request(original, response)),
        Method(client, "async_request", lambda original: _arequest(original, response)),
        Method(client, "request_streamed", lambda original: _streamed(original, response)),
        Method(client, "async_request_streamed", lambda original: _astreamed(original, response)),
    ]


def _request(original: Make, response: Make) -> Make:
    def request(self: Any, http_method: str, path: str, request_dict: Any, http_options: Any = None) -> Any:
        if not (found := _PATH.match(path)) or (here := entering()) is None:
            return original(self, http_method, path, request_dict, http_options)
        asked = _asked(here, self, found["model"], request_dict, http_options)

        def send() -> Any:
            return original(self, http_method, path, dict(asked.body), http_options)

        result = paid(asked.here, asked.call, send, lambda r: _told(asked, r), lambda a: _again(response, a))
        asked.note({"body": result.body})
        return result

    return request


def _arequest(original: Make, response: Make) -> Make:
    async def request(self: Any, http_method: str, path: str, request_dict: Any, http_options: Any = None) -> Any:
        if not (found := _PATH.match(path)) or (here := entering()) is None:
            return await original(self, http_method, path, request_dict, http_options)
        asked = _asked(here, self, found["model"], request_dict, http_options)

        async def send() -> Any:
            return await original(self, http_method, path, dict(asked.body), http_options)

        async def again(answer: JSON) -> Any:
            return _again(response, answer)

        result = await apaid(asked.here, asked.call, send, lambda r: _told(asked, r), again)
        asked.note({"body": result.body})
        return result

    return request


def _streamed(original: Make, response: Make) -> Make:
    def request(self: Any, http_method: str, path: str, request_dict: Any, http_options: Any = None) -> Iterator[Any]:
        if not (found := _PATH.match(path)) or (here := entering()) is None:
            yield from original(self, http_method, path, request_dict, http_options)
            return
        asked = _asked(here, self, found["model"], request_dict, http_options)
        flow = Flow(asked.here, asked.call)
        recorded: Any = flow.open()
        pieces = Pieces(asked, flow, {})

        def ask() -> Iterator[Any]:
            if recorded is not None:
                return _each(response, recorded)
            return original(self, http_method, path, dict(asked.body), http_options)  # type: ignore[no-any-return]

        chunks = flow.chunks(lambda: passing(ask))
        try:
            for chunk in chunks:
                pieces.add(chunk.body, json.loads(chunk.body))
                yield chunk
        except BaseException as error:
            pieces.broken(error)
            chunks.close()
            raise
        pieces.whole()

    return request


def _astreamed(original: Make, response: Make) -> Make:
    async def request(self: Any, http_method: str, path: str, request_dict: Any, http_options: Any = None) -> Any:
        if not (found := _PATH.match(path)) or (here := entering()) is None:
            return await original(self, http_method, path, request_dict, http_options)
        asked = _asked(here, self, found["model"], request_dict, http_options)
        flow = Flow(asked.here, asked.call)
        recorded: Any = await flow.aopen()
        pieces = Pieces(asked, flow, {})
        if recorded is not None:
            return _passed_on(_aeach(response, recorded), pieces)

        async def start() -> Any:
            with through():
                return await original(self, http_method, path, dict(asked.body), http_options)

        try:
            chunks = await flow.afirst(start)
        except BaseException as error:
            pieces.broken(error)
            raise
        return _passed_on(chunks, pieces)

    return request


async def _passed_on(came: AsyncIterator[Any], pieces: Pieces) -> AsyncIterator[Any]:
    chunks = apassing(lambda: came)
    try:
        async for chunk in chunks:
            pieces.add(chunk.body, json.loads(chunk.body))
            yield chunk
    except BaseException as error:
        pieces.broken(error)
        await chunks.aclose()
        raise
    pieces.whole()


def _asked(here: Scope, client: Any, model: str, request_dict: Any, http_options: Any) -> Asked:
    redact.meet(client)
    # What begins with "_" is the address and never sent.
    body = {key: value for key, value in request_dict.items() if not key.startswith("_")}
    options = [_given(one) for one in (client._http_options, http_options)]
    settings = {"model": model, "extra_body": [one.get("extra_body") for one in options]}
    return Asked(here, gemini.DIALECT, body, any(_retries(one.get("retry_options")) for one in options), settings)


def _given(options: Any) -> dict[str, Any]:
    return dict(options if isinstance(options, dict) else vars(options) if options else {})


def _retries(options: Any) -> bool:
    return options is not None and _given(options).get("attempts") not in (0, 1)


def _told(asked: Asked, result: Any) -> JSON:
    return asked.answer(result.body or "{}", result.headers or {})


def _again(response: Make, answer: Any) -> Any:
    return response(headers=answer["headers"], body=answer["body"])


def _each(response: Make, answer: Any) -> Iterator[Any]:
    for piece in answer["pieces"]:
        yield response(headers=answer["headers"], body=piece)


async def _aeach(response: Make, answer: Any) -> AsyncIterator[Any]:
    for piece in answer["pieces"]:
        yield response(headers=answer["headers"], body=piece)
