"""The simulated model as a LangChain chat model."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from llmdl_plugins.testing import SimulatedChat, SimulatedFault, Simulator

QUESTION = "Ticket T5 kind=k1 n=9"
MESSAGES = [("system", "Answer the ticket."), ("user", QUESTION)]


def chat(temperature: float | None = None, **settings: Any) -> SimulatedChat:
    return SimulatedChat(simulator=Simulator(**settings), temperature=temperature)


def test_it_answers_with_usage_and_counts() -> None:
    model = chat()
    said = model.invoke(MESSAGES)
    assert said.text.isdigit() and said.usage_metadata
    assert (
        said.usage_metadata["total_tokens"]
        == model.simulator.counts["prompt_tokens"] + said.usage_metadata["output_tokens"]
    )
    assert said.response_metadata["finish_reason"] == "stop"
    assert model.simulator.counts["calls"] == 1


def test_sync_and_async_say_the_same() -> None:
    assert chat().invoke(MESSAGES).text == asyncio.run(chat().ainvoke(MESSAGES)).text


def test_the_chat_model_says_what_the_simulator_says() -> None:
    rows = [{"role": role, "content": text} for role, text in MESSAGES]
    request = {"model": "mock", "messages": rows, "n": 3}
    said = chat().generate_prompt([chat()._convert_input(MESSAGES)], n=3).generations[0]
    assert [one.text for one in said] == list(Simulator().complete(request).texts)


def test_worked_examples_reach_the_world() -> None:
    model = chat(seed=1)
    item = model.simulator.world.items("shown", 1)[0]
    with model.simulator.probe() as accuracies:
        model.invoke([("user", item.text), ("ai", item.gold), ("user", item.text)])
    assert accuracies == [0.60]


def test_temperature_0_repeats_itself_and_can_be_given_per_call() -> None:
    question = next(
        row["inputs"]["question"]
        for row in Simulator().dataset("repeat", 50)
        if len({model.invoke(row["inputs"]["question"]).text for model in [chat()] for _ in range(12)}) > 1
    )
    for model in (chat(temperature=0), chat().bind(temperature=0)):
        assert len({model.invoke(question).text for _ in range(12)}) == 1


@pytest.mark.parametrize(
    ("fault", "status"), [("429", 429), ("500", 500), ("503", 503), ("hang", None), ("drop", None), ("badjson", None)]
)
def test_a_fault_is_raised_as_a_failed_connection(fault: str, status: int | None) -> None:
    model = chat(faults=f"{fault}@1")
    with pytest.raises(ConnectionError) as raised:
        model.invoke(MESSAGES)
    assert isinstance(raised.value, SimulatedFault)
    assert (raised.value.kind, raised.value.status_code) == (fault, status)
    with pytest.raises(SimulatedFault):
        asyncio.run(model.ainvoke(MESSAGES))


def test_a_rate_limit_says_when_to_come_back() -> None:
    model = chat(rpm=60)
    model.invoke(MESSAGES)
    with pytest.raises(SimulatedFault) as raised:
        model.invoke(MESSAGES)
    assert raised.value.status_code == 429 and 0 < raised.value.retry_after <= 1


def test_calls_wait_side_by_side() -> None:
    model = chat(latency="fixed:0.2")

    async def many() -> None:
        await asyncio.gather(*(model.ainvoke(MESSAGES) for _ in range(20)))

    start = time.perf_counter()
    asyncio.run(many())
    assert 0.2 <= time.perf_counter() - start < 2
    stats = model.simulator.stats()
    assert stats["max_in_flight"] == 20 and stats["in_flight"] == 0
