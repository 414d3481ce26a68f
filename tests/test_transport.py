"""The transport of OpenAI-compatible clients: swapped with the user's consent, for one run, on copies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langchain_openai import ChatOpenAI

from llmdl_plugins.door import boundary, transport
from llmdl_plugins.errors import MissingExtraError
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.network import trainable
from llmdl_plugins.testing import ScriptedChat, server_process
from llmdl_plugins.training.trainer import Trainer


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        for spelt in (name, name.upper()):
            monkeypatch.delenv(spelt, raising=False)


def chat(url: str = "http://127.0.0.1:1", **more: Any) -> ChatOpenAI:
    return ChatOpenAI(model="mock", base_url=f"{url}/v1", api_key="x", max_retries=0, **more)  # type: ignore[arg-type]


def sends_through_aiohttp(model: Any) -> bool:
    return "Aio" in type(model.root_async_client._client).__name__


async def asked(model: Any) -> str:
    with boundary.door(), boundary.scope():
        return str((await model.ainvoke("Ticket T5 kind=k1 n=9")).text)


async def test_a_copy_sends_through_aiohttp_and_the_model_stays_as_it_was() -> None:
    with server_process(skill="rule", redraw=False) as url:
        model, told = chat(url), list[str]()
        before = model.root_async_client, model.async_client
        plain = await asked(model)
        async with transport.transport(True, 64, told.append):
            copy = transport.sender(model)
            assert sends_through_aiohttp(copy) and transport.sender(model) is copy
            assert copy.asdict() == model.asdict(), "it is the same call to the ledger"
            assert await asked(model) == plain
            client = copy.root_async_client._client  # type: ignore[attr-defined]
        assert client.is_closed and transport.sender(model) is model
        assert (model.root_async_client, model.async_client) == before and not sends_through_aiohttp(model)
        assert await asked(model) == plain and not told


@pytest.mark.parametrize(
    "made",
    [
        lambda: chat(http_async_client=httpx.AsyncClient()),
        lambda: chat(openai_proxy="http://127.0.0.1:2"),
        lambda: chat("http://user:password@127.0.0.1:2"),
        lambda: ScriptedChat(["x"]),
    ],
)
async def test_a_client_that_the_user_chose_is_left_alone(made: Callable[[], Any]) -> None:
    model = made()
    async with transport.transport(True, 64, lambda text: None):
        assert transport.sender(model) is model
    assert transport.advice(model, 64) is None


async def test_a_proxy_of_the_environment_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:2")
    model = chat()
    async with transport.transport(True, 64, lambda text: None):
        assert transport.sender(model) is model
    assert transport.advice(model, 64) is None


async def test_code_on_another_thread_or_loop_keeps_its_own_client() -> None:
    model = chat()
    async with transport.transport(True, 64, lambda text: None):
        assert await asyncio.to_thread(transport.sender, model) is model


async def test_without_consent_it_is_said_once_and_only_where_it_would_help() -> None:
    told: list[str] = []
    model = chat()
    for concurrency in (8, 64):
        async with transport.transport(False, concurrency, told.append):
            assert [transport.sender(m) for m in (model, model)] == [model, model]
    assert len(told) == 1 and "--fast-http" in told[0] and told[0].startswith("ChatOpenAI ")


async def test_consent_without_the_package_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'llmdl-plugins\[fast\]'"):
        async with transport.transport(True, 64, lambda text: None):
            pass
    assert "llmdl-plugins[fast]" in (transport.advice(chat(), 64) or "")


def test_a_trainer_sends_its_calls_that_way_and_leaves_nothing_open() -> None:
    with server_process(skill="rule") as url:
        model = chat(url)
        net = trainable(Prompt(model, "Answer the ticket.", "question", "answer"))
        rows = [{"inputs": {"question": f"Ticket T{n} kind=k1 n={n}"}, "expected": "0"} for n in range(48)]
        result = Trainer(
            net, "exact_match", rows, teacher=chat(url), budget="120 calls", concurrency=32, fast_http=True
        ).fit()
        assert result.spent["calls"] and not sends_through_aiohttp(model)
