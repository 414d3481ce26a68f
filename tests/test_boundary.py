"""The door: it stands only while a run is inside, lets every kind of call through once, and pays for none twice."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from pydantic import BaseModel

from llmdl_plugins import tape
from llmdl_plugins.door import boundary
from llmdl_plugins.errors import UnboundCallError
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.testing import ScriptedChat

from .paid import Run

METHODS = ("generate", "agenerate", "stream", "astream", "stream_events", "astream_events")
BARE = {name: BaseChatModel.__dict__[name] for name in METHODS}
THREADS = (ThreadPoolExecutor.submit, threading.Thread.start)


class Whole(BaseChatModel):
    """A model that doesn't stream."""

    calls: list[str] = []  # noqa: RUF012

    @property
    def _llm_type(self) -> str:
        return "whole"

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        self.calls.append(messages[-1].text)
        return ChatResult(generations=[ChatGeneration(message=AIMessage(f"said {len(self.calls)}"))])


class Louder(ScriptedChat):
    """A subclass with public methods of its own."""

    def invoke(self, input: Any, config: Any = None, **kwargs: Any) -> AIMessage:
        return super().invoke(f"{input}!", config, **kwargs)

    def stream(self, input: Any, config: Any = None, **kwargs: Any) -> Iterator[AIMessageChunk]:
        yield from super().stream(f"{input}!", config, **kwargs)


class Watching(BaseCallbackHandler):
    """Notes what callbacks are told."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def on_chat_model_start(self, *args: Any, **kwargs: Any) -> None:
        self.events.append("start")

    def on_llm_new_token(self, token: Any, **kwargs: Any) -> None:
        self.events.append(f"token {token}")

    def on_llm_end(self, response: Any, **kwargs: Any) -> None:
        self.events.append("end")


class Lookup(BaseModel):
    """Look something up."""

    word: str


@tool
def lookup(word: str) -> str:
    """Look a word up."""
    return word


@pytest.fixture
def run() -> Iterator[Run]:
    ledger = Ledger()
    yield Run(ledger)
    ledger.close()


@pytest.fixture(autouse=True)
def no_trace() -> Iterator[None]:
    yield
    assert_gone()


def assert_gone() -> None:
    assert not boundary.is_open()
    assert all(BaseChatModel.__dict__[name] is BARE[name] for name in METHODS)
    assert (ThreadPoolExecutor.submit, threading.Thread.start) == THREADS


def counting() -> ScriptedChat:
    """Every call has another answer, so a replay shows."""
    said = iter(range(1_000))
    return ScriptedChat(lambda messages, kwargs: f"answer {next(said)} to {messages[-1].text}")


def test_the_door_stands_only_inside() -> None:
    with boundary.door():
        assert boundary.is_open() and BaseChatModel.__dict__["generate"] is not BARE["generate"]
        with boundary.door():
            pass
        assert boundary.is_open() and BaseChatModel.__dict__["generate"] is not BARE["generate"]
    assert_gone()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_the_door_is_gone_after_any_error(error: type[BaseException]) -> None:
    with pytest.raises(error), boundary.door(), boundary.door():
        raise error
    assert_gone()


async def test_the_door_is_gone_after_many_runs_at_once() -> None:
    def one(n: int) -> None:
        with boundary.door(), boundary.scope():
            time.sleep(n % 7 / 1000)
            ScriptedChat(["x"]).invoke("hi")

    await asyncio.gather(*(asyncio.to_thread(one, n) for n in range(50)))
    assert_gone()


def test_a_call_through_a_method_kept_from_a_run_works_after_it() -> None:
    model = ScriptedChat(["x", "y"])
    with boundary.door(), boundary.scope():
        kept = model.stream
    assert "".join(c.text for c in kept("hi")) == "x"


def test_a_model_of_a_bystander_is_never_taken_for_one_of_the_run() -> None:
    with boundary.door(), pytest.raises(UnboundCallError, match="left its run"):
        ScriptedChat(["x"]).invoke("hi")


def as_text(said: Any) -> str:
    return "".join(as_text(s) for s in said) if isinstance(said, list) else said.text


async def gathered(stream: AsyncIterator[Any]) -> list[Any]:
    return [chunk async for chunk in stream]


FACES: dict[str, Callable[[BaseChatModel], Any]] = {
    "invoke": lambda m: m.invoke("hi"),
    "ainvoke": lambda m: asyncio.run(m.ainvoke("hi")),
    "generate": lambda m: m.generate([[HumanMessage("hi")], [HumanMessage("there")]]).generations[1][0].message,
    "agenerate": lambda m: asyncio.run(m.agenerate([[HumanMessage("hi")]])).generations[0][0].message,
    "stream": lambda m: list(m.stream("hi")),
    "astream": lambda m: asyncio.run(gathered(m.astream("hi"))),
    "batch": lambda m: m.batch(["one", "two", "three"]),
    "abatch": lambda m: asyncio.run(m.abatch(["one", "two", "three"])),
    "bind": lambda m: m.bind(stop=["."]).invoke("hi"),
    "bind_tools": lambda m: m.bind_tools([lookup], tool_choice="lookup").invoke("hi"),
    "fallbacks": lambda m: ScriptedChat([]).with_fallbacks([m]).invoke("hi"),
    "retry": lambda m: m.with_retry().invoke("hi"),
    "pipe": lambda m: (m | (lambda said: said)).invoke("hi"),
}


@pytest.mark.parametrize("face", FACES)
def test_every_public_method_is_paid_once_and_answers_the_same_again(run: Run, face: str) -> None:
    model = counting()
    with run.rollout() as paid:
        first = FACES[face](model)
    calls = run.calls
    with run.rollout() as replayed:
        second = FACES[face](model)
    assert first == second
    assert run.calls == calls and calls[0] == calls[1] == len(paid) == len(replayed) > 0
    assert len(model.calls) == (2 if face == "generate" else calls[0])


@pytest.mark.parametrize("kind", [Louder, ScriptedChat, Whole])
@pytest.mark.parametrize("face", ["invoke", "ainvoke", "stream", "astream"])
def test_models_of_every_kind_replay(run: Run, kind: Any, face: str) -> None:
    model = kind() if kind is Whole else kind(lambda messages, kwargs: f"so: {messages[-1].text}")
    outside = FACES[face](model)
    model.calls.clear()
    with run.rollout():
        first = FACES[face](model)
    with run.rollout():
        second = FACES[face](model)
    assert len(model.calls) == 1 and first == second
    assert as_text(first) == as_text(outside)


def test_a_replay_has_equal_content_tool_calls_and_usage(run: Run) -> None:
    said = AIMessage(
        "so", tool_calls=[{"name": "lookup", "args": {"word": "a\u2028\N{GRINNING FACE}\x00"}, "id": "c1"}]
    )
    model = ScriptedChat([said]).bind_tools([lookup])
    with run.rollout():
        first = model.invoke("hi")
    with run.rollout():
        second = model.invoke("hi")
    assert first == second and second.usage_metadata
    assert (second.content, second.tool_calls[0]["args"]) == ("so", {"word": "a\u2028\N{GRINNING FACE}\x00"})


def test_structured_output_is_filled_again(run: Run) -> None:
    model = ScriptedChat(["rain"]).with_structured_output(Lookup)
    with run.rollout():
        first = model.invoke("hi")
    with run.rollout():
        second = model.invoke("hi")
    assert first == second == Lookup(word="rain")


@pytest.mark.parametrize("face", ["invoke", "stream"])
def test_callbacks_fire_on_a_replay_as_they_did_at_first(run: Run, face: str) -> None:
    model, heard = counting(), []
    for _ in range(2):
        watching = Watching()
        with run.rollout():
            result = getattr(model, face)("hi", {"callbacks": [watching]})
            _ = list(result) if face == "stream" else result
        heard.append(watching.events)
    assert heard[0] == heard[1]
    assert (heard[0][0], heard[0][-1]) == ("start", "end")


def test_equal_calls_at_one_place_are_told_apart_and_keep_their_order(run: Run) -> None:
    model, said = counting(), []
    for _ in range(2):
        with run.rollout():
            said.append([model.invoke("draw").text for _ in range(3)])
    assert said[0] == said[1] == ["answer 0 to draw", "answer 1 to draw", "answer 2 to draw"]


def test_the_order_in_which_threads_arrive_changes_no_key(run: Run) -> None:
    model = counting()
    with run.rollout():
        first = {q: model.invoke(q).text for q in ("a", "b", "c")}
    with run.rollout():
        second = {q: model.invoke(q).text for q in ("c", "a", "b")}
    assert first == second and len(model.calls) == 3


def test_another_repetition_place_model_setting_or_message_is_another_call(run: Run) -> None:
    model = counting()
    with run.rollout():
        model.invoke("hi")
    with run.rollout(repetition="1"):
        model.invoke("hi")
    with run.rollout(place=lambda: "elsewhere"):
        model.invoke("hi")
    with run.rollout():
        model.invoke("ho")
        model.invoke("hi", stop=["x"])
        model.model_copy(update={"model": "other"}).invoke("hi")
    assert run.calls == (6, 6)


def test_the_candidates_text_goes_in_and_the_users_messages_stay_as_they_are(run: Run) -> None:
    def rewrite(messages: Any) -> list[BaseMessage]:
        return [SystemMessage("new"), *messages[1:]]

    model = ScriptedChat(lambda messages, kwargs: messages[0].text)
    given = [SystemMessage("old"), HumanMessage("hi", additional_kwargs={"a": [1]})]
    before = [m.model_dump() for m in given]
    with run.rollout(rewrite=rewrite):
        assert model.invoke(given).text == "new"
        assert "".join(c.text for c in model.stream(given)) == "new"
    assert [m.model_dump() for m in given] == before


def test_threads_that_the_application_starts_stay_in_the_run(run: Run) -> None:
    model = counting()
    with run.rollout() as kept:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(model.invoke, ["a", "b"]))
        thread = threading.Thread(target=model.invoke, args=["c"])
        thread.start()
        thread.join()
    assert run.calls == (3, 3) and len(kept) == 3


def test_calls_are_noted_on_the_tape(run: Run) -> None:
    with run.rollout(), tape.recording() as recorded:
        with tape.step("node", {}):
            ScriptedChat(["x"]).invoke("hi")
        list(ScriptedChat(["y z"]).stream("ho"))
    (call,), (stray,) = recorded.steps[0].calls, recorded.strays
    assert (call.messages, call.answer) == ([{"type": "human", "content": "hi"}], {"type": "ai", "content": "x"})
    assert call.usage and call.usage["input"] > 0
    assert isinstance(stray.answer, dict) and stray.answer["content"] == "y z"


@pytest.mark.parametrize("face", ["stream", "astream"])
def test_a_stream_that_its_reader_leaves_is_charged_and_never_given_as_whole(run: Run, face: str) -> None:
    model = counting()

    async def first_chunk() -> None:
        stream = model.astream("hi")
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]

    def left() -> None:
        if face == "astream":
            return asyncio.run(first_chunk())
        stream: Any = model.stream("hi")
        next(stream)
        stream.close()

    with run.rollout() as kept:
        left()
    assert run.calls == (1, 1) and run.meter.in_flight == 0 and len(kept) == 1
    with run.rollout():
        assert as_text(FACES[face](model)).startswith("answer 1")
    assert run.calls == (2, 2)


async def test_equal_streams_at_the_same_time_pay_once(run: Run) -> None:
    model = counting()

    async def one() -> str:
        with boundary.scope(payer=run.cashier, turns=boundary.Scope().turns):
            chunks = []
            async for chunk in model.astream("hi"):
                await asyncio.sleep(0.001)
                chunks.append(chunk)
            return as_text(chunks)

    with boundary.door():
        said = await asyncio.gather(*(one() for _ in range(5)))
    assert set(said) == {"answer 0 to hi"} and run.calls == (1, 1) and len(model.calls) == 1


def test_a_stream_that_breaks_is_a_failure_and_costs_nothing(run: Run) -> None:
    def broken(messages: Any, kwargs: Any) -> str:
        raise ConnectionError("cut")

    with run.rollout(), pytest.raises(ConnectionError):
        list(ScriptedChat(broken).stream("hi"))
    run.ledger.add_event("written", None).result()
    assert run.calls == (0, 0) and run.meter.in_flight == 0
    assert run.ledger.totals()["failures"] == 4


def test_keys_and_addresses_are_not_written_down(run: Run) -> None:
    class Keyed(ScriptedChat):
        @property
        def _identifying_params(self) -> dict[str, Any]:
            return {"model": "m", "api_key": "sk-secret", "kwargs": {"openai_api_base_url": "https://secret", "t": 1}}

    with run.rollout():
        Keyed(["x"]).invoke("hi")
    (request,) = run.ledger._db.execute("SELECT request FROM calls").fetchone()
    assert "secret" not in request and '"t":1' in request


def per_call(model: BaseChatModel, calls: int = 300) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        model.invoke("hi")
    return (time.perf_counter() - start) / calls * 1e6


def test_the_door_costs_little(record_property: Any) -> None:
    model = ScriptedChat(lambda messages, kwargs: "x")
    bare = min(per_call(model) for _ in range(3))
    with boundary.door(), boundary.scope():
        inside = min(per_call(model) for _ in range(3))
    record_property("door_us", inside - bare)
    assert inside - bare < bare
