"""With --fast-http a call goes straight to the socket once the SDK has sent one like it: nobody sees a difference."""

from __future__ import annotations

import asyncio
import copy
import functools
import gzip
import json
import logging
from collections.abc import Callable
from typing import Any

import openai
import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openai import _base_client

from llmdl_plugins.door import boundary
from llmdl_plugins.door.straight import Straight
from llmdl_plugins.door.transport import transport

from ..paid import Run
from .heard import ANSWER, Said, serving

MESSAGES = [
    SystemMessage("Be kind."),
    HumanMessage([{"type": "text", "text": "Look ü"}, {"type": "image_url", "image_url": {"url": "data:,x"}}]),
    AIMessage("", tool_calls=[{"name": "add", "args": {"a": 1}, "id": "7"}]),
    ToolMessage("2", tool_call_id="7"),
]
JSON = ("content-type", "application/json")


@tool
def add(a: int) -> int:
    """Add one to a number."""
    return a + 1


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        for spelt in (name, name.upper()):
            monkeypatch.delenv(spelt, raising=False)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The requests that the SDK made itself."""
    requests, own = list[Any](), _base_client.BaseClient._build_request

    def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
        requests.append(own(self, *args, **kwargs))
        return requests[-1]

    monkeypatch.setattr(_base_client.BaseClient, "_build_request", noted)
    return requests


def chat(address: str, **more: Any) -> ChatOpenAI:
    given: dict[str, Any] = {"model": "mock", "base_url": f"http://{address}/v1", "api_key": "x", "max_retries": 0}
    return ChatOpenAI(**given | more)


async def end(call: Any) -> Any:
    """What came of a call, but for what is drawn anew for each."""
    try:
        return (await call).model_dump(exclude={"id"})
    except openai.APIStatusError as error:
        told = error.response
        return type(error), str(error), error.body, told.status_code, [*told.headers.raw], error.request.content
    except Exception as error:
        return type(error), str(error), type(error.__cause__)


async def ends(model: Any, times: int, asked: Any = "hi") -> list[Any]:
    async with transport(True, 64, lambda text: None):
        with boundary.door(), boundary.scope():
            return [await end(model.ainvoke(asked)) for _ in range(times)]


KINDS: dict[str, Callable[[str], Any]] = {
    "plain": chat,
    "options": lambda url: chat(url, temperature=0.1, model_kwargs={"user": "ü"}, include_response_headers=True),
    "stop": lambda url: chat(url).bind(stop=["."], logprobs=True),
    "headers": lambda url: chat(url, default_headers={"x-a": "b"}, organization="o", default_query={"q": "1"}),
    "tools": lambda url: chat(url).bind_tools([add]),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
async def test_the_server_is_sent_the_same_and_the_caller_is_given_the_same(
    kind: Callable[[str], Any], made: list[Any]
) -> None:
    async with serving() as heard:
        bare = await end(kind(heard.url).ainvoke(MESSAGES))
        made.clear()
        assert await ends(kind(heard.url), 3, MESSAGES) == [bare] * 3
        assert len(made) == 1, "the second and third went straight"
        stock, first, *straight = heard.asked()
    assert straight == [first] * 2
    assert stock[2] == first[2] and stock[1].keys() == first[1].keys()


@pytest.mark.parametrize(
    "more", [{"extra_body": {"a": 1}}, {"streaming": True}, {"api_key": lambda: "y"}, {"use_responses_api": True}]
)
async def test_what_is_more_than_a_payload_goes_the_way_of_the_sdk(more: dict[str, Any], made: list[Any]) -> None:
    async with serving() as heard:
        await ends(chat(heard.url, **more), 2)
    assert len(made) == 2


ANSWERS = {
    "bad request": Said(400, b'{"error": {"message": "no such model", "code": "m"}}'),
    "unauthorized": Said(401, b"{}"),
    "slow down": Said(429, b'{"error": {"message": "slow"}}', [JSON, ("retry-after", "7")]),
    "broken": Said(500, b"<html>", [("content-type", "text/html")]),
    "moved to nowhere": Said(304, b""),
    "no json": Said(200, b"<html>", [("content-type", "text/html")]),
    "cut json": Said(200, b'{"choices": ['),
    "nothing": Said(200, b""),
    "no choices": Said(200, b'{"choices": null}'),
    "an error": Said(200, b'{"error": {"message": "told"}}'),
    "packed": Said(200, gzip.compress(json.dumps(ANSWER).encode()), [JSON, ("content-encoding", "gzip")]),
    "packed, they say": Said(200, b"plain", [JSON, ("content-encoding", "gzip")]),
    "cut body": Said(cut=20, ends=True),
    "cut head": Said(cut=len(Said().written()) - 9, ends=True),
    "late": Said(late=0.6, ends=True),
}


# httpx-aiohttp 0.1 leaves an answer open that was cut.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_an_answer_of_any_kind_ends_the_call_alike(answer: Said, made: list[Any]) -> None:
    async with serving(answer) as heard:
        sdk = await ends(chat(heard.url, request_timeout=0.3), 1)
    made.clear()
    async with serving(Said(), answer) as heard:
        _, straight = await ends(chat(heard.url, request_timeout=0.3), 2)
    assert [straight] == sdk and len(made) == 1


async def test_a_server_that_is_gone_ends_it_alike() -> None:
    async with serving(Said(ends=True)) as heard:
        model = chat(heard.url)
        async with transport(True, 64, lambda text: None):
            with boundary.door(), boundary.scope():
                await model.ainvoke("hi")
                gone = heard.url
                heard.stop()
                straight = await end(model.ainvoke("hi"))
    assert [straight] == await ends(chat(gone), 1)


async def test_a_redirect_is_followed_by_the_sdk(made: list[Any]) -> None:
    async with serving() as there, serving(Said(), Said(307, b"", [("location", f"http://{there.url}/v1/x")])) as heard:
        given = await ends(chat(heard.url), 3)
    assert given[1] == given[0] == given[2] and len(there.requests) == 2 and len(made) == 3


async def test_a_cookie_comes_back() -> None:
    async with serving(Said(headers=[JSON, ("set-cookie", "a=b; path=/")]), Said()) as heard:
        await ends(chat(heard.url), 3)
        assert [told.get("cookie") for _, told, _ in heard.asked()] == [None, "a=b", "a=b"]


async def test_many_at_once_and_other_texts_get_their_own() -> None:
    async with serving() as heard:
        async with transport(True, 64, lambda text: None):
            with boundary.door(), boundary.scope():
                model = chat(heard.url)
                await model.ainvoke("first")
                await asyncio.gather(*(model.ainvoke(f"text {n}") for n in range(20)))
        texts = {json.loads(body)["messages"][0]["content"] for *_, body in heard.asked()}
    assert texts == {"first", *(f"text {n}" for n in range(20))}


async def test_who_watches_the_sdk_sees_every_call(made: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    kind = type(openai.AsyncOpenAI(api_key="x").chat.completions)
    seen, own = list[Any](), kind.create

    @functools.wraps(own)
    async def watched(self: Any, **kwargs: Any) -> Any:
        seen.append(kwargs)
        return await own(self, **kwargs)

    monkeypatch.setattr(kind, "create", watched)
    async with serving() as heard:
        await ends(chat(heard.url), 3)
    assert len(seen) == len(made) == 3


async def test_who_reads_the_log_does_too(made: list[Any], caplog: pytest.LogCaptureFixture) -> None:
    library = openai.DefaultAioHttpClient.__mro__[-2].__module__.partition(".")[0]
    caplog.set_level(logging.INFO, logger=library)
    async with serving() as heard:
        await ends(chat(heard.url), 3)
    assert len(made) == 3 and sum("HTTP Request" in text for text in caplog.messages) == 3


async def test_a_client_that_tries_again_is_left_to_it(made: list[Any]) -> None:
    async with serving() as heard:
        await ends(chat(heard.url, max_retries=2), 2)
    assert len(made) == 2, "nobody else tries again here"


async def test_in_a_run_each_try_is_the_runs_own_and_counted(run: Run, made: list[Any]) -> None:
    slow = Said(429, b'{"error": {"message": "slow"}}', [JSON, ("retry-after", "0")])
    async with serving(Said(), Said(), slow, Said(500, b"{}"), Said()) as heard:
        model = chat(heard.url, max_retries=2)
        async with transport(True, 64, lambda text: None):
            with run.rollout():
                for text in ("one", "two", "three"):
                    await model.ainvoke(text)
        tries = [told["x-stainless-retry-count"] for _, told, _ in heard.asked()]
    assert tries == ["0"] * 5 and len(made) == 1
    assert run.calls == (3, 3) and run.failures == 2


async def test_what_stands_in_front_of_the_sdk_gives_the_rest_of_it_and_can_be_copied() -> None:
    own = openai.AsyncOpenAI(api_key="x").chat.completions
    ours = copy.copy(Straight(own, None))
    assert ours.parse.__func__ is own.parse.__func__ and ours.with_raw_response.parse
    with pytest.raises(AttributeError):
        ours.nothing  # noqa: B018
