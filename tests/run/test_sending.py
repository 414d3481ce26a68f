"""One place sends and retries: how often, how long, and what is no answer at all."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import stamina

from llmdl_plugins.door import boundary
from llmdl_plugins.run import sending
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.faults import is_fault, is_infrastructure
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.limits import Limits
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.sending import Sender
from llmdl_plugins.run.waits import retry_after
from llmdl_plugins.testing import ScriptedChat, SimulatedChat, SimulatedFault, Simulator

from .calls import at


def cashier(ledger: Ledger, **kwargs: Any) -> Cashier:
    meter = Meter(Budget())
    return Cashier(ledger, meter, Sender(ledger, meter, **kwargs))


def failures(ledger: Ledger) -> float:
    ledger.add_event("written", None).result()
    return ledger.totals()["failures"]


@pytest.mark.parametrize("asynchronous", [True, False])
async def test_a_hanging_call_is_let_go_tried_again_and_written_down(ledger: Ledger, asynchronous: bool) -> None:
    def hangs_once(messages: Any, kwargs: Any) -> str:
        if len(model.calls) == 1:
            time.sleep(5)
        return f"answer {len(model.calls)}"

    model, payer = ScriptedChat(hangs_once), cashier(ledger, timeout=0.2)
    with boundary.door(), at(payer):
        began = time.monotonic()
        if asynchronous:  # its model answers in a thread
            said = await asyncio.to_thread(model.invoke, "hi")
        else:
            said = model.invoke("hi")
    assert said.text == "answer 2" and time.monotonic() - began < 4
    assert failures(ledger) == 1 and payer.meter.in_flight == 0 and payer.meter.spent.calls == 1


async def test_an_asynchronous_one_is_cancelled(ledger: Ledger) -> None:
    model = SimulatedChat(simulator=Simulator(skill="echo", latency="fixed:5"))
    with boundary.door(), at(cashier(ledger, timeout=0.05)), pytest.raises(TimeoutError, match="within 0.05 s"):
        await model.ainvoke("hi")
    assert model.simulator.stats()["in_flight"] == 0
    assert failures(ledger) == model.simulator.counts["calls"] == 4


@pytest.mark.parametrize("kind", ["stream", "astream"])
async def test_a_stream_is_tried_again_until_something_of_it_has_come(ledger: Ledger, kind: str) -> None:
    def fails_twice(messages: Any, kwargs: Any) -> str:
        if len(model.calls) < 3:
            raise ConnectionError("cut")
        return "one two three"

    model, payer = ScriptedChat(fails_twice), cashier(ledger)
    for _ in range(2):  # the second time it is remembered
        with boundary.door(), at(payer):
            if kind == "stream":
                chunks = [chunk.text for chunk in model.stream("hi")]
            else:
                chunks = [chunk.text async for chunk in model.astream("hi")]
        assert "".join(chunks) == "one two three" and len(chunks) > 1
    assert len(model.calls) == 3 and failures(ledger) == 2 and payer.meter.spent.calls == 1


@pytest.mark.parametrize("kind", ["stream", "astream"])
async def test_a_stream_that_breaks_after_its_first_chunk_is_not(ledger: Ledger, kind: str) -> None:
    class Breaking(ScriptedChat):
        def _stream(self, *args: Any, **kwargs: Any) -> Any:
            for number, chunk in enumerate(super()._stream(*args, **kwargs)):
                if number == 1:
                    raise ConnectionError("cut")
                yield chunk

        async def _astream(self, *args: Any, **kwargs: Any) -> Any:
            for chunk in self._stream(*args, **kwargs):
                yield chunk

    model, payer, chunks = Breaking(lambda messages, kwargs: "one two three"), cashier(ledger), list[str]()
    with boundary.door(), at(payer), pytest.raises(ConnectionError):
        if kind == "stream":
            chunks.extend(chunk.text for chunk in model.stream("hi"))
        else:
            async for chunk in model.astream("hi"):
                chunks.append(chunk.text)
    assert len(model.calls) == failures(ledger) == 1 and payer.meter.in_flight == payer.meter.spent.calls == 0


async def test_a_model_may_be_asked_while_a_stream_of_it_is_read(ledger: Ledger) -> None:
    limits, model = Limits(), ScriptedChat(lambda messages, kwargs: "one two three")
    limits.of(model.model).failed(limits.of(model.model).enter(), slower=True)  # one at a time from here on
    with boundary.door(), at(cashier(ledger, limits=limits)):
        for chunk in model.stream("hi"):
            await asyncio.wait_for(model.ainvoke(f"and {chunk.text}"), 2)
            await asyncio.wait_for(asyncio.to_thread(model.invoke, f"or {chunk.text}"), 2)


async def test_a_storm_of_a_minute_is_outlived_whether_the_server_says_how_long_or_not(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pauses are counted and not slept."""
    for asked in (0.0, 1.0):
        waited = list[float]()

        def stormy(messages: Any, kwargs: Any, asked: float = asked, waited: list[float] = waited) -> str:
            if sum(waited) < 60:
                raise SimulatedFault("429", 429, asked)
            return "calm"

        def pause(tried: int, own: Any = sending._pause, waited: list[float] = waited) -> float:
            waited.append(own(tried))
            return 0.0

        monkeypatch.setattr(sending, "_pause", pause)
        monkeypatch.setattr(sending, "retry_after", lambda error: 0.0)
        with stamina.set_testing(True, attempts=99, cap=True), boundary.door(), at(cashier(ledger)):
            assert (await ScriptedChat(stormy).ainvoke(f"hi {asked}")).text == "calm"
        monkeypatch.undo()
        assert 60 <= sum(waited) < 180


async def test_all_calls_wait_as_one_server_asks_and_it_sees_few_more(ledger: Ledger) -> None:
    model = SimulatedChat(simulator=Simulator(skill="echo", rpm=600, burst=1))
    with boundary.door(), stamina.set_testing(False):
        payer = cashier(ledger)

        async def one(n: int) -> str:
            with at(payer):
                return (await model.ainvoke(f"question {n}")).text

        assert all(await asyncio.gather(*(one(n) for n in range(25))))
    answered, refused = 25, model.simulator.counts["status:429"]
    assert model.simulator.counts["calls"] == answered + refused == payer.meter.spent.calls + failures(ledger)
    assert refused < 2 * answered


async def test_a_client_that_retries_by_itself_is_named_once(ledger: Ledger) -> None:
    class Stubborn(ScriptedChat):
        max_retries: int = 2

    said = list[str]()
    model, payer = Stubborn(lambda messages, kwargs: "x"), cashier(ledger, say=said.append)
    with boundary.door(), at(payer):
        await model.ainvoke("one"), await model.ainvoke("two")
    assert len(said) == 1 and "max_retries=0" in said[0]


class _Httpx:
    """A module that reads JSON for an HTTP library."""

    def __init__(self) -> None:
        exec("def json(text, loads):\n    return loads(text)", {"__name__": "httpx._models"}, vars(self))


def raised(does: Callable[[], Any]) -> Exception:
    try:
        does()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


NO_ANSWER = [
    raised(lambda: vars(_Httpx())["json"]("{", json.loads)),
    ValueError({"message": "overloaded", "code": 503}),
    ValueError({"message": "upstream gave up"}),
    ValueError("No generation chunks were returned"),
    TypeError("Received response with null value for 'choices'. This can happen when"),
    ValueError("Unexpected response type from OpenAI-compatible endpoint. Expected a dict"),
]
ANSWERS = [raised(lambda: json.loads("{")), ValueError({"message": "too long", "code": 400}), ValueError("x")]


@pytest.mark.parametrize("error", NO_ANSWER, ids=repr)
def test_what_came_back_with_status_200_and_is_no_answer_is_a_fault_of_a_call_only(error: Exception) -> None:
    assert is_fault(error) and not is_infrastructure(error)


@pytest.mark.parametrize("error", ANSWERS, ids=repr)
def test_what_the_model_wrote_is_not(error: Exception) -> None:
    assert not is_fault(error)


async def test_an_answer_without_a_choice_is_asked_for_again(ledger: Ledger) -> None:
    class Empty(ScriptedChat):
        def _generate(self, *args: Any, **kwargs: Any) -> Any:
            made = super()._generate(*args, **kwargs)
            return made.model_copy(update={"generations": made.generations if len(self.calls) > 1 else []})

    model = Empty(lambda messages, kwargs: "x")
    with boundary.door(), at(cashier(ledger)):
        assert (await asyncio.to_thread(model.invoke, "hi")).text == "x"
    assert len(model.calls) == 2 and failures(ledger) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:10 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1m2.5s"}, 60.0),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "120ms"}, 0.12),
        ({"x-ratelimit-remaining-requests": "7", "x-ratelimit-reset-requests": "9s"}, 0.0),
    ],
)
def test_a_server_says_in_many_ways_how_long_to_wait(headers: dict[str, str], seconds: float) -> None:
    error = SimulatedFault("429", 429, 0)
    error.response = SimpleNamespace(headers=headers)  # type: ignore[attr-defined]
    assert retry_after(error) == pytest.approx(seconds)
