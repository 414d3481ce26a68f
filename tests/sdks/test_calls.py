"""Calls in a run: faults, limits, streams that break, bystanders, and what must not be counted."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import anthropic
import httpx
import openai
import pytest
from google import genai
from google.genai import errors, types
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from llmdl_plugins import tape
from llmdl_plugins.door import boundary
from llmdl_plugins.errors import InfrastructureError, Stopped, UnboundCallError
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.faults import is_infrastructure
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.tools import ToolRecords, ToolRules
from llmdl_plugins.testing import ScriptedChat

ASKED: Any = [{"role": "user", "content": "Hi"}]
FAULT = (openai.APIError, anthropic.APIError, errors.APIError)


def gpt(provider: Any, retries: int = 0) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{provider.address}/v1", api_key="k", max_retries=retries)


def agpt(provider: Any, retries: int = 0) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{provider.address}/v1", api_key="k", max_retries=retries)


def ask_gpt(provider: Any, retries: int, words: str = "Hi") -> str:
    with gpt(provider, retries) as client:
        said = client.chat.completions.create(model="m", messages=[{"role": "user", "content": words}])
        return said.choices[0].message.content or ""


async def _aask(provider: Any, retries: int, words: str) -> str:
    async with agpt(provider, retries) as client:
        return (await client.responses.create(model="m", input=words)).output_text


def ask_agpt(provider: Any, retries: int, words: str = "Hi") -> str:
    return asyncio.run(_aask(provider, retries, words))


def ask_claude(provider: Any, retries: int, words: str = "Hi") -> str:
    with anthropic.Anthropic(base_url=provider.address, api_key="k", max_retries=retries) as client:
        said: Any = client.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": words}])
        return said.content[0].text  # type: ignore[no-any-return]


def ask_gem(provider: Any, retries: int, words: str = "Hi") -> str:
    again = types.HttpRetryOptions(attempts=retries + 1, initial_delay=0.01) if retries else None
    options = types.HttpOptions(base_url=provider.address, retry_options=again)
    with genai.Client(api_key="k", http_options=options) as client:
        return client.models.generate_content(model="m", contents=words).text or ""


def given(provider: Any) -> Any:
    return {"model": "m", "base_url": f"{provider.address}/v1", "api_key": "k"}


Ask = Callable[..., str]
ASKS = [ask_gpt, ask_agpt, ask_claude, ask_gem]


@pytest.mark.parametrize("ask", ASKS)
def test_faults_are_retried_in_one_place_and_cost_one_call(run: Any, provider: Any, ask: Ask) -> None:
    provider.reset(500, 429)
    with run.rollout():
        assert ask(provider, retries=0) == "answer 3 to Hi"
    assert len(provider.received) == 3 and run.calls == (1, 1) and run.failures == 2


def test_a_client_that_retries_by_itself_is_not_retried_around(run: Any, provider: Any) -> None:
    provider.reset(*[503] * 20)
    with run.rollout(), pytest.raises(FAULT) as raised:
        ask_gem(provider, retries=1)
    assert is_infrastructure(raised.value)
    assert len(provider.received) == 2 and run.calls == (0, 0) and run.failures == 1


@pytest.mark.parametrize("ask", [ask_gpt, ask_agpt, ask_claude])
def test_the_retries_of_a_client_are_made_by_the_run(run: Any, provider: Any, ask: Ask) -> None:
    provider.reset(*[503] * 20)
    with run.rollout(), pytest.raises(FAULT):
        ask(provider, retries=2)
    assert len(provider.received) == run.failures == 4 and run.calls == (0, 0)


@pytest.mark.parametrize("retries", [None, 3])
def test_the_retries_of_a_chat_model_too_and_outside_a_run_they_are_its_own(
    run: Any, provider: Any, retries: int | None
) -> None:
    model = ChatOpenAI(**given(provider), max_retries=retries)
    provider.reset(*[503] * 20)
    for number, ask in enumerate((lambda: model.invoke("Hi"), lambda: list(model.stream("Hi"))), 1):
        with run.rollout(), pytest.raises(FAULT):
            ask()
        assert len(provider.received) == run.failures == 4 * number
    provider.reset(503)
    assert ChatOpenAI(**given(provider)).invoke("Hi").text and len(provider.received) == 2


@pytest.mark.parametrize("ask", ASKS)
def test_a_bad_request_is_one_failure_and_raises_as_ever(run: Any, provider: Any, ask: Ask) -> None:
    provider.reset(400)
    with run.rollout(), pytest.raises(FAULT) as raised:
        ask(provider, retries=0)
    assert not is_infrastructure(raised.value)
    assert len(provider.received) == 1 and run.calls == (0, 0) and run.failures == 1 and run.meter.in_flight == 0


@pytest.mark.parametrize("ask", ASKS)
def test_the_budget_stops_what_the_server_never_sees(ledger: Any, provider: Any, ask: Ask) -> None:
    meter = Meter(Budget(calls=2))
    with boundary.door(), boundary.scope(payer=Cashier(ledger, meter)):
        ask(provider, 2, "one"), ask(provider, 2, "two")
        with pytest.raises(Stopped, match="2 calls"):
            ask(provider, 2, "three")
    assert len(provider.received) == meter.spent.calls == 2


@pytest.mark.parametrize("ask", ASKS)
def test_equal_questions_at_one_place_keep_their_order(run: Any, provider: Any, ask: Ask) -> None:
    said = []
    for _ in range(2):
        with run.rollout():
            said.append([ask(provider, 0) for _ in range(3)])
    assert said[0] == said[1] == [f"answer {n} to Hi" for n in (1, 2, 3)] and len(provider.received) == 3


@pytest.mark.parametrize("ask", ASKS)
def test_a_bystander_is_never_taken_for_one_of_the_run(provider: Any, ask: Ask) -> None:
    with boundary.door(), pytest.raises(UnboundCallError, match="left its run"):
        ask(provider, retries=2)
    assert provider.received == []


async def test_two_hundred_candidates_at_once_get_their_own_text_and_answers(run: Any, provider: Any) -> None:
    old = [{"role": "system", "content": "Old text."}, {"role": "user", "content": "Hi"}]

    async def candidate(client: openai.AsyncOpenAI, n: int) -> bool:
        def rewrite(messages: Any) -> list[BaseMessage]:
            return [messages[0].model_copy(update={"content": f"Text of {n}."}), *messages[1:]]

        with boundary.scope(payer=run.cashier, rewrite=rewrite, turns=boundary.Scope().turns):
            said = await client.chat.completions.create(model="m", messages=old)  # type: ignore[arg-type]
            return (said.choices[0].message.content or "").endswith(f"to Text of {n}. | Hi")

    for _ in range(2):
        with boundary.door():
            async with agpt(provider) as client:
                assert all(await asyncio.gather(*(candidate(client, n) for n in range(200))))
    assert len(provider.received) == 200 == run.calls[0] == run.calls[1]
    assert old[0]["content"] == "Old text."


@pytest.mark.parametrize("stream", [False, True])
async def test_a_langchain_model_over_the_sdk_is_counted_once(run: Any, provider: Any, stream: bool) -> None:
    own = {"http_client": httpx.Client(trust_env=False), "http_async_client": httpx.AsyncClient(trust_env=False)}
    model = ChatOpenAI(model="m", base_url=f"{provider.address}/v1", api_key="k", max_retries=0, **own)  # type: ignore[arg-type]
    said = []
    for _ in range(2):
        with run.rollout(), tape.recording() as recorded:
            if stream:
                chunks = [chunk.text async for chunk in model.astream("Ho")]
                said.append(["".join(chunk.text for chunk in model.stream("Hi")), "".join(chunks)])
            else:
                said.append([model.invoke("Hi").text, (await model.ainvoke("Ho")).text])
        assert len(recorded.strays) == 2
    assert said[0] == said[1] and len(provider.received) == 2 and run.calls == (2, 2)
    model.root_client.close()
    await model.root_async_client.close()


def test_each_turn_of_a_function_calling_loop_is_a_call(run: Any, provider: Any) -> None:
    def weather(city: str) -> str:
        """The weather of a city."""
        return f"rain in {city}"

    weather.__annotations__ = {"city": str, "return": str}  # older versions of the SDK read no written types
    said = []
    for _ in range(2):
        with run.rollout(), tape.recording() as recorded:
            options = types.HttpOptions(base_url=provider.address)
            with genai.Client(api_key="k", http_options=options) as client:
                answer = client.models.generate_content(model="m", contents="Hi", config={"tools": [weather]})
            said.append(answer.text)
        assert recorded.strays[0].answer["tool_calls"][0]["args"] == {"city": "Rome"}  # type: ignore[index, call-overload]
    assert said == ["answer 2 to Hi"] * 2 and run.calls == (2, 2)
    assert "rain in Rome" in str(provider.received[1]) and len(provider.received) == 2


def test_what_is_no_model_call_passes_freely(run: Any, provider: Any) -> None:
    with run.rollout(), gpt(provider) as client:
        assert client.responses.retrieve("r1").status == "in_progress"
    with boundary.door(), gpt(provider) as client:
        client.responses.retrieve("r1")
    assert run.calls == (0, 0)


def test_an_answer_that_comes_later_by_another_way_is_refused(run: Any, provider: Any) -> None:
    with run.rollout(), gpt(provider) as client, pytest.raises(UnboundCallError, match="background=True") as raised:
        with boundary.scope(refused=[]) as here, suppress(UnboundCallError):
            client.responses.create(model="m", input="Hi", background=True)
        here.check()  # no score is given, whatever the application made of it
    assert provider.received == [] and raised.value is here.refused[0]


def test_a_tool_that_calls_an_sdk_is_a_part_of_the_application(run: Any, provider: Any) -> None:
    @tool
    def ask(words: str) -> str:
        """Ask a model."""
        return ask_gpt(provider, 0, words)

    told = []
    for original, words in ((True, "Hi"), (False, "Hi"), (False, "Ho")):
        records = ToolRecords(
            run.ledger, ToolRules("replay"), f"{original} {words}", "row", original, lambda said: None
        )
        with run.rollout(tools=records, turns=Counter(), refused=[]):
            told.append(ask.invoke({"words": words}))
    assert told[0] == told[1] != told[2] and len(provider.received) == 2


def test_a_model_class_that_calls_an_sdk_is_met_there(run: Any, provider: Any) -> None:
    class Direct(ScriptedChat):
        def invoke(self, input: Any, config: Any = None, **kwargs: Any) -> AIMessage:
            return AIMessage(ask_gpt(provider, 0, str(input)))

    with run.rollout(refused=[]), tape.recording() as recorded:
        assert Direct(lambda messages, settings: "").invoke("Hi").text
    assert run.calls == (1, 1) and len(recorded.calls) == 1


def test_what_is_no_answer_of_a_model_is_a_fault_of_the_way_and_is_not_kept(run: Any, provider: Any) -> None:
    provider.reset(*[203] * 4)
    with run.rollout(), pytest.raises(InfrastructureError, match="no answer of a model"):
        ask_gpt(provider, retries=0)
    assert len(provider.received) == run.failures == 4 and run.calls == (0, 0)


def test_settings_tools_and_extra_body_make_another_call_and_secrets_are_not_written(run: Any, provider: Any) -> None:
    tool: Any = {"type": "function", "function": {"name": "f", "parameters": {}}}
    with run.rollout(), gpt(provider) as client:
        create = client.chat.completions.create
        create(model="m", messages=ASKED)
        create(model="n", messages=ASKED)
        create(model="m", messages=ASKED, temperature=0.5)
        create(model="m", messages=ASKED, tools=[tool])
        create(model="m", messages=ASKED, extra_body={"top_k": 3, "api_key": "sk-hidden"})
    assert run.calls == (5, 5)
    rows = run.ledger._db.execute("SELECT request FROM calls ORDER BY at").fetchall()
    assert '"top_k":3' in rows[-1][0] and "sk-hidden" not in str(rows) and provider.address not in str(rows)


def asked(client: openai.OpenAI) -> openai.Stream[Any]:
    return client.chat.completions.create(model="m", messages=ASKED, stream=True)


class TestStreams:
    """A stream passes on as it comes, and is whole, left or failed."""

    def test_one_that_its_reader_leaves_is_charged_and_never_given_as_whole(self, run: Any, provider: Any) -> None:
        for number in (1, 2):
            with run.rollout(), gpt(provider) as client, asked(client) as stream:
                next(stream), next(stream)
            assert run.calls == (number, number) and run.meter.in_flight == 0
        assert len(provider.received) == 2

    def test_one_that_is_dropped_unread_is_settled_too(self, run: Any, provider: Any) -> None:
        with run.rollout(), anthropic.Anthropic(base_url=provider.address, api_key="k") as client:
            for _ in client.messages.create(model="m", max_tokens=9, messages=ASKED, stream=True):
                break
        gc.collect()
        assert run.meter.in_flight == 0 and run.calls == (1, 1)

    async def test_an_asynchronous_one_that_is_left_is_charged(self, run: Any, provider: Any) -> None:
        with run.rollout():
            async with agpt(provider) as client:
                stream = await client.responses.create(model="m", input="Hi", stream=True)
                await anext(aiter(stream))
                await stream.close()
            with genai.Client(api_key="k", http_options=types.HttpOptions(base_url=provider.address)) as gem:
                pieces: Any = await gem.aio.models.generate_content_stream(model="m", contents="Hi")
                await anext(pieces)
                await pieces.aclose()
                await asyncio.sleep(0.05)  # the SDK leaves the closing of its inner stream to the loop
                await gem.aio.aclose()
        assert run.meter.in_flight == 0 and run.calls == (2, 2)

    @pytest.mark.parametrize("status", [200, 500])
    def test_one_that_breaks_is_a_failure_and_costs_nothing(self, run: Any, provider: Any, status: int) -> None:
        provider.reset(status)
        asked: Any = [{"role": "user", "content": "CUT"}]
        with run.rollout(), gpt(provider) as client, pytest.raises(Exception) as raised:
            list(client.chat.completions.create(model="m", messages=asked, stream=True))
        assert is_infrastructure(raised.value)
        # What began is never asked for again; a stream that did not begin is.
        assert run.failures == len(provider.received) == (1 if status == 200 else 2)
        assert run.calls == (0, 0) and run.meter.in_flight == 0

    async def test_equal_ones_at_the_same_time_pay_once(self, run: Any, provider: Any) -> None:
        async def one(client: openai.AsyncOpenAI) -> str:
            with boundary.scope(payer=run.cashier, turns=boundary.Scope().turns):
                stream = await client.chat.completions.create(model="m", messages=ASKED, stream=True)
                return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

        with boundary.door():
            async with agpt(provider) as client:
                assert set(await asyncio.gather(*(one(client) for _ in range(5)))) == {"answer 1 to Hi"}
        assert len(provider.received) == 1 and run.calls == (1, 1)
