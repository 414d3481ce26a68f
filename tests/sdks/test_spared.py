"""What is spared of an SDK while its door stands is not missed: the server is sent the same, the caller is given it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from typing import Annotated, Any, TypedDict

import anthropic
import httpx
import openai
import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langchain_openai.chat_models import base
from openai import _models
from openai._utils import _transform
from openai.types.chat import ChatCompletion, completion_create_params
from pydantic import BaseModel

from llmdl_plugins.door import boundary
from llmdl_sdks import addresses, answer_types, bodies, pools, results, sockets

from .heard import ANSWER, CHOICE, Said, serving

sdk_http = import_module(openai.DefaultAsyncHttpxClient.__mro__[1].__module__.partition(".")[0])


class Size(StrEnum):
    SMALL = "small"


class Told(BaseModel):
    role: str = "user"
    content: str = "hi"


class Renamed(TypedDict, total=False):
    first_name: Annotated[str, _transform.PropertyInfo(alias="firstName")]


class Nested(TypedDict, total=False):
    people: list[Renamed | str]


@tool
def add(a: int) -> int:
    """Add one to a number."""
    return a + 1


HI = {"role": "user", "content": "hi"}
PART = {"type": "text", "text": "look"}
BODIES: list[dict[str, Any]] = [
    {"messages": [HI], "model": "m", "temperature": 0.5, "stream": False, "n": None},
    {"messages": [HI], "model": "m", "stop": openai.omit, "tools": openai.not_given},
    {"messages": [{"role": "user", "content": [PART, {**PART, "odd": [{"a": [None]}]}]}], "metadata": {"a": "b"}},
    {"messages": (HI,), "model": "m"},
    {"messages": [Told()], "model": Size.SMALL},
    {"messages": [{**HI, "name": openai.omit}], "unknown": {"a": {1, 2}}},
    {"messages": [], "unknown": ("a", openai.omit)},
]


def lazily() -> dict[str, Any]:
    """A body whose messages are read once."""
    return {"messages": (message for message in [HI, HI])}


async def transformed(body: Any, expected: Any) -> list[Any]:
    return [_transform.transform(body(), expected), await _transform.async_transform(body(), expected)]


@pytest.mark.parametrize("body", [lazily, *((lambda body=body: body) for body in BODIES)])
async def test_a_body_comes_out_the_same(body: Callable[[], Any]) -> None:
    expected = completion_create_params.CompletionCreateParamsNonStreaming
    bare = await transformed(body, expected)
    with boundary.door():
        ours = await transformed(body, expected)
    assert ours == bare
    assert all(one["messages"] is not body().get("messages") for one in ours), "a caller may change his own later"


@pytest.mark.parametrize("expected", [Nested, Renamed, dict[str, str], str, None])
async def test_a_type_that_renames_keys_is_gone_through(expected: Any) -> None:
    def body() -> Any:
        return {"people": [{"first_name": "Ann"}, "Bob"], "first_name": "Eve"}

    bare = await transformed(body, expected)
    with boundary.door():
        assert await transformed(body, expected) == bare


async def test_plain_json_is_not_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_transform, "_async_transform_recursive", None)
    monkeypatch.setattr(_transform, "_transform_recursive", None)
    body = {"messages": [HI], "stop": openai.omit}
    with boundary.door():
        for one in await transformed(lambda: body, completion_create_params.CompletionCreateParamsNonStreaming):
            assert one == {"messages": [HI]}


@pytest.mark.parametrize("spares", [addresses, answer_types, bodies, pools, results, sockets])
def test_a_version_that_has_other_names_is_left_as_it_is(spares: Any) -> None:
    assert spares.methods(asyncio) == []


def chat(address: str, kind: type[ChatOpenAI] = ChatOpenAI, **more: Any) -> ChatOpenAI:
    return kind(model="mock", base_url=f"http://{address}/v1", api_key="x", max_retries=0, **more)  # type: ignore[arg-type]


MESSAGES = [
    SystemMessage("Be kind."),
    HumanMessage([{"type": "text", "text": "Look ü"}, {"type": "image_url", "image_url": {"url": "data:,x"}}]),
    AIMessage("", tool_calls=[{"name": "add", "args": {"a": 1}, "id": "7"}]),
    ToolMessage("2", tool_call_id="7"),
]


async def openai_asked(address: str) -> Any:
    async with openai.AsyncOpenAI(base_url=f"http://{address}/v1", api_key="x") as client:
        return await client.chat.completions.create(messages=[{"role": "user", "content": "hi"}], model="m")


async def anthropic_asked(address: str) -> Any:
    system: Any = [{"type": "text", "text": "Be kind."}]
    async with anthropic.AsyncAnthropic(base_url=f"http://{address}", api_key="x") as client:
        return await client.messages.create(
            messages=[{"role": "user", "content": "hi"}], model="m", max_tokens=9, system=system
        )


ASKED: dict[str, Callable[[str], Any]] = {
    "a chat model": lambda url: chat(url).ainvoke("hi"),
    "options": lambda url: chat(url, temperature=0.1, include_response_headers=True).ainvoke(MESSAGES, stop=["."]),
    "tools": lambda url: chat(url).bind_tools([add]).ainvoke(MESSAGES),
    "more": lambda url: chat(url, extra_body={"a": {"b": 1}}, default_headers={"x-a": "b"}).ainvoke("hi"),
    "openai": openai_asked,
    "anthropic": anthropic_asked,
}


def plain(answer: Any) -> Any:
    """An answer, but for what is drawn anew for each."""
    told = answer.model_dump()
    return told | {"id": None} if isinstance(answer, AIMessage) else told


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
async def test_the_server_is_sent_the_same_and_the_caller_is_given_the_same(ask: Callable[[str], Any]) -> None:
    async with serving() as heard:
        bare = plain(await ask(heard.url))
        with boundary.door(), boundary.scope():
            assert plain(await ask(heard.url)) == bare
        first, second = heard.asked()
        assert first == second


async def test_a_connection_that_the_server_has_closed_is_not_taken() -> None:
    async with serving(Said(ends=True)) as heard:
        model = chat(heard.url)
        with boundary.door(), boundary.scope():
            for _ in range(3):
                await model.ainvoke("hi")
                await asyncio.sleep(0.05)
        assert heard.connections == 3


async def test_one_that_it_has_not_is() -> None:
    async with serving() as heard:
        model = chat(heard.url)
        with boundary.door(), boundary.scope():
            for _ in range(3):
                await asyncio.gather(*(model.ainvoke("hi") for _ in range(4)))
        assert heard.connections == 4 and len(heard.requests) == 12


async def test_a_result_is_made_where_its_answer_came_in(monkeypatch: pytest.MonkeyPatch) -> None:
    threads, own = list[int](), base.BaseChatOpenAI._create_chat_result

    def noted(self: Any, *args: Any) -> Any:
        threads.append(threading.get_ident())
        return own(self, *args)

    class Other(ChatOpenAI):
        def _create_chat_result(self, *args: Any) -> Any:
            threads.append(threading.get_ident())
            return super()._create_chat_result(*args)

    monkeypatch.setattr(base.BaseChatOpenAI, "_create_chat_result", noted)
    async with serving() as heard:
        model, other = chat(heard.url), chat(heard.url, kind=Other)
        with boundary.door(), boundary.scope():
            await model.ainvoke("hi")
            await other.ainvoke("hi")
        await model.ainvoke("hi")
    here, there, beneath, bare = threads
    assert here == threading.get_ident() and there == beneath != here != bare


ADDRESSES = ["http://a.b/c?d=e#f", "http://[::1]:80/", "HTTPS://Ä.de:443/ä", "/a/../b", "", "http://a:b@c"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_read_as_ever(address: str) -> None:
    bare = httpx.URL(address), httpx.URL(address).copy_with(raw_path=b"/x?y")
    with boundary.door():
        for _ in range(2):
            assert (httpx.URL(address), httpx.URL(address).copy_with(raw_path=b"/x?y")) == bare


def test_one_that_is_none_is_refused_each_time() -> None:
    with boundary.door():
        for _ in range(2):
            with pytest.raises(httpx.InvalidURL, match="port"):
                httpx.URL("http://a:none")


async def test_a_pool_at_its_limit_serves_all_and_keeps_as_many_idle_as_it_may() -> None:
    async with serving(Said(late=0.01)) as heard:
        limits = sdk_http.Limits(max_connections=4, max_keepalive_connections=2)
        async with sdk_http.AsyncClient(limits=limits, trust_env=False) as client:
            model = chat(heard.url, http_async_client=client)
            with boundary.door(), boundary.scope():
                await asyncio.gather(*(model.ainvoke("hi") for _ in range(12)))
            pool = client._transport._pool
            assert len(heard.requests) == 12 and heard.connections <= 4 + 12 and len(pool.connections) == 2


ANSWERS: list[dict[str, Any]] = [
    ANSWER,
    {**ANSWER, "usage": None, "choices": [{**CHOICE, "finish_reason": "odd", "message": {"role": 7, "content": []}}]},
    {**ANSWER, "choices": [{**CHOICE, "logprobs": {"content": [{"token": "a", "logprob": -1, "top_logprobs": []}]}}]},
    {"choices": "odd", "created": "odd", "id": 7},
    {},
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_becomes_the_same_object(answer: dict[str, Any]) -> None:
    def made() -> tuple[str, Any]:
        found = _models.construct_type(type_=ChatCompletion, value=answer)
        return repr(found), found

    bare = made()
    with boundary.door():
        assert [made() for _ in range(2)] == [bare, bare]


def _spared() -> Iterator[Any]:
    for library in filter(find_spec, ("httpcore", "httpcore2")):
        yield import_module(f"{library}._backends.anyio").AnyIOStream.get_extra_info
        yield import_module(library).AsyncConnectionPool._assign_requests_to_connections
    yield from (getattr(_models, name) for name in answer_types._ASKED)
    for library in filter(find_spec, ("httpx", "httpx2")):
        yield from (import_module(f"{library}.{module}").urlparse for module in ("_urls", "_urlparse"))
    yield from (_transform.transform, _transform.async_transform, base.run_in_executor)


def test_all_is_put_back() -> None:
    before = [*_spared()]
    with boundary.door():
        assert not any(one is other for one, other in zip(before, _spared(), strict=True))
    assert before == [*_spared()]
