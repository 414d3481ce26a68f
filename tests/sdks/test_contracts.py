"""The SDKs of providers keep what their doors rely on."""

from __future__ import annotations

from typing import Any

import anthropic
import anthropic._base_client
import openai
import openai._base_client
import pytest
from google import genai
from google.genai import _api_client

from ..contracts import Contract, fields, has, own, takes

STAINLESS = "adapters/llmdl_sdks/stainless.py"
GENAI = "adapters/llmdl_sdks/genai.py"
OPTIONS = ("method", "url", "headers", "json_data", "extra_json", "max_retries")
SENDING = ("cast_to", "options", "stream", "stream_cls")
KINDS = [
    ("openai", openai._base_client, openai.OpenAI, openai.AsyncOpenAI),
    ("anthropic", anthropic._base_client, anthropic.Anthropic, anthropic.AsyncAnthropic),
]


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


CONTRACTS = [contract for kind in KINDS for contract in stainless(*kind)] + [
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
