"""The SDKs of providers keep what their doors rely on."""

from __future__ import annotations

import inspect
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypedDict

import anthropic
import anthropic._base_client
import openai
import openai._base_client
import pytest
from anyio._backends._asyncio import SocketStream
from anyio.streams.tls import TLSStream
from google import genai
from google.genai import _api_client
from httpx import _urlparse, _urls
from langchain_openai.chat_models import base
from openai import _models
from openai._legacy_response import LegacyAPIResponse
from openai._utils import _transform
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming

from llmdl_plugins.door import alike
from llmdl_sdks import answer_types, bodies

from ..contracts import Contract, fields, has, own, takes

STAINLESS = "adapters/llmdl_sdks/stainless.py"
TRANSFORM = "openai/_utils/_transform.py"
BODIES = "adapters/llmdl_sdks/bodies.py"
POOLS = "adapters/llmdl_sdks/pools.py"
ANSWER_TYPES = "adapters/llmdl_sdks/answer_types.py"
SOCKETS = "adapters/llmdl_sdks/sockets.py"
LIBRARIES = [import_module(name) for name in ("httpcore", "httpcore2") if find_spec(name)]
ALIKE = "llmdl_plugins/door/alike.py"
STRAIGHT = "llmdl_plugins/door/straight.py"
RESULTS = "adapters/llmdl_sdks/results.py"
ADDRESSES = "adapters/llmdl_sdks/addresses.py"
MODELS = "langchain_openai/chat_models/base.py"
BOTH = ("transform", "async_transform")
PLAIN = [{"a": None}, 1, 0.5, True, "text"]
GENAI = "adapters/llmdl_sdks/genai.py"
OPTIONS = ("method", "url", "headers", "json_data", "extra_json", "max_retries")
SENDING = ("cast_to", "options", "stream", "stream_cls")
KINDS = [
    ("openai", openai._base_client, openai.OpenAI, openai.AsyncOpenAI),
    ("anthropic", anthropic._base_client, anthropic.Anthropic, anthropic.AsyncAnthropic),
]


async def asking() -> str:
    """A key."""
    return "k"


class Params(TypedDict):
    a: list[dict[str, Any] | int | float | bool | str]
    b: int


def stainless(sdk: str, base: Any, client: Any, aclient: Any) -> list[Contract]:
    look, whole, alike = f"{sdk}/_base_client.py", base.SyncAPIClient, base.AsyncAPIClient
    return [
        Contract(
            sdk, "both clients send through request and process responses, in methods of their base", STAINLESS, look,
            lambda: all(own(kind, "request", "_process_response")() for kind in (whole, alike)),
        ),
        Contract(
            sdk, "the clients are below the bases", STAINLESS, look,
            lambda: issubclass(client, whole) and issubclass(aclient, alike),
        ),
        Contract(
            sdk, "request takes cast_to, options, stream and stream_cls", STAINLESS, look,
            lambda: all(takes(kind.request, *SENDING)() for kind in (whole, alike)),
        ),
        Contract(
            sdk, "_process_response takes the response by name", "adapters/llmdl_sdks/hearing.py", look,
            lambda: all(takes(kind._process_response, *SENDING, "response")() for kind in (whole, alike)),
        ),
        Contract(
            sdk, "the kind of an answer is told by _maybe_override_cast_to", STAINLESS, look,
            takes(base.BaseClient._maybe_override_cast_to, "cast_to", "options"),
        ),
        Contract(sdk, "options have a body as JSON", STAINLESS, look, fields(base.FinalRequestOptions, *OPTIONS)),
        Contract(
            sdk, "options tell the number of tries", STAINLESS, look,
            lambda: base.FinalRequestOptions.construct(method="post", url="/").get_max_retries(2) == 2,
        ),
        Contract(
            sdk, "the client of the HTTP library is in _client, and its module makes responses", STAINLESS, look,
            lambda: client(api_key="k", base_url="http://localhost")._client.build_request,
        ),
    ]  # fmt: skip


def readable(library: Any) -> list[Contract]:
    look = f"{library.__name__}/_backends/anyio.py"
    return [
        Contract(
            library.__name__, "a stream over anyio keeps anyio's in _stream", SOCKETS, look,
            lambda: library._backends.anyio.AnyIOStream(7)._stream == 7,
        ),
        Contract(
            library.__name__, "whether it is readable is told by get_extra_info, of its socket", SOCKETS, look,
            lambda: {"raw_socket", "is_socket_readable"} <= {*_names(library._backends.anyio.AnyIOStream)},
        ),
        Contract(
            library.__name__, "a pool keeps its connections, requests and limit", POOLS, look,
            has(library.AsyncConnectionPool(), "_connections", "_requests", "_max_keepalive_connections"),
        ),
        Contract(
            library.__name__, "a request that waits has no connection", POOLS, look,
            lambda: library._async.connection_pool.AsyncPoolRequest(None).connection is None,
        ),
    ]  # fmt: skip


def _names(stream: Any) -> tuple[str, ...]:
    return stream.get_extra_info.__code__.co_names  # type: ignore[no-any-return]


CONTRACTS = [contract for kind in KINDS for contract in stainless(*kind)] + [
    *(contract for library in LIBRARIES for contract in readable(library)),
    Contract(
        "openai", "bodies are transformed by two functions of a module, with types", BODIES, TRANSFORM,
        lambda: all(takes(getattr(_transform, name), "data", "expected_type")() for name in BOTH),
    ),
    Contract(
        "openai", "of plain JSON only the names of keys are changed", BODIES, TRANSFORM,
        lambda: _transform.transform({"a": PLAIN, "b": openai.not_given}, Params) == {"a": PLAIN},
    ),
    Contract(
        "openai", "types are taken apart by functions of a type alone", ANSWER_TYPES, "openai/_models.py",
        lambda: all(len(inspect.signature(getattr(_models, name)).parameters) == 1 for name in answer_types._ASKED),
    ),
    Contract(
        "openai", "a raw answer is made of what it keeps under the same names", ALIKE, "openai/_legacy_response.py",
        takes(LegacyAPIResponse, "raw", "retries_taken", *alike.ANSWER),
    ),
    Contract(
        "openai", "no key of a chat completion has another name in its body", ALIKE, "openai/types/chat",
        lambda: not bodies._renames(CompletionCreateParamsNonStreaming, _transform.PropertyInfo),
    ),
    Contract(
        "openai", "the error of a status is made by _make_status_error_from_response", STRAIGHT,
        "openai/_base_client.py", has(openai.AsyncOpenAI, "_make_status_error_from_response"),
    ),
    Contract(
        "openai", "a client keeps there who refreshes its key", STRAIGHT, "openai/_client.py",
        has(openai.AsyncOpenAI(api_key=asking), "_api_key_provider"),
    ),
    Contract(
        "langchain-openai", "whole answers are asked of async_client.with_raw_response.create", STRAIGHT, MODELS,
        lambda: {"async_client", "with_raw_response", "create"} <= {*base.BaseChatOpenAI._agenerate.__code__.co_names},
    ),
    Contract(
        "httpx-aiohttp", "a client sends through its _transport", STRAIGHT, "httpx_aiohttp/client.py",
        lambda: openai.DefaultAioHttpClient()._transport.handle_async_request,
    ),
    Contract(
        "langchain-openai", "an answer is put into words by run_in_executor of the model's module", RESULTS, MODELS,
        lambda: "run_in_executor" in base.BaseChatOpenAI._agenerate.__code__.co_names,
    ),
    Contract(
        "langchain-openai", "what does it is a method of BaseChatOpenAI that waits for nothing", RESULTS, MODELS,
        lambda: not inspect.iscoroutinefunction(vars(base.BaseChatOpenAI)["_create_chat_result"]),
    ),
    Contract(
        "httpx", "addresses are read by a function that gives what can't be changed", ADDRESSES, "httpx/_urlparse.py",
        lambda: isinstance(_urlparse.urlparse("http://a"), tuple) and _urls.urlparse is _urlparse.urlparse,
    ),
    Contract(
        "anyio", "the socket of a stream is its _raw_socket", SOCKETS, "anyio/_backends/_asyncio.py",
        lambda: SocketStream.__dict__["_raw_socket"].fget,
    ),
    Contract(
        "anyio", "that of one in TLS is its transport_stream's", SOCKETS, "anyio/streams/tls.py",
        fields(TLSStream, "transport_stream"),
    ),
    Contract(
        "google-genai", "everything is sent through four methods", GENAI, "google/genai/_api_client.py",
        own(_api_client.BaseApiClient, "request", "async_request", "request_streamed", "async_request_streamed"),
    ),
    Contract(
        "google-genai", "they take http_method, path, request_dict and http_options", GENAI,
        "google/genai/_api_client.py",
        lambda: all(
            takes(getattr(_api_client.BaseApiClient, name), "http_method", "path", "request_dict", "http_options")()
            for name in ("request", "async_request", "request_streamed", "async_request_streamed")
        ),
    ),
    Contract(
        "google-genai", "a response is made of headers and body", GENAI, "google/genai/types.py (HttpResponse)",
        lambda: _api_client.SdkHttpResponse(headers={"a": "b"}, body="{}").body == "{}",
    ),
    Contract(
        "google-genai", "a client keeps its options in _http_options", GENAI, "google/genai/_api_client.py",
        has(genai.Client(api_key="k")._api_client, "_http_options"),
    ),
]  # fmt: skip


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: f"{contract.of}-{contract}")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_sdks_keep(contract: Contract) -> None:
    contract.check()
