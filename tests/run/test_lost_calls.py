"""An application that goes on without an answer, takes too long, or is refused: never scored as if nothing had been."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from llmdl_plugins.data import Example
from llmdl_plugins.errors import MisuseError, RefusedError
from llmdl_plugins.losses.judge import Judge
from llmdl_plugins.module import Module
from llmdl_plugins.network import trainable
from llmdl_plugins.run.events import Told
from llmdl_plugins.testing import ScriptedChat, SimulatedFault

from .calls import chat

Rows = Callable[[int], Sequence[Example]]
KINDS = ("invoke", "ainvoke", "stream", "astream")


class App(Module):
    """An application that is one function."""

    def __init__(self, does: Callable[[Any], Any]) -> None:
        self.does = does

    async def forward(self, state: Any) -> Any:
        return {"answer": await self.does(state)}


async def ask(model: Any, kind: str, text: str) -> str:
    match kind:
        case "invoke":
            return str(model.invoke(text).text)
        case "ainvoke":
            return str((await model.ainvoke(text)).text)
        case "stream":
            return "".join(chunk.text for chunk in model.stream(text))
        case _:
            return "".join([chunk.text async for chunk in model.astream(text)])


def polite(model: Any, kind: str) -> Callable[[Any], Any]:
    """An application that catches whatever its model raises."""

    async def does(state: Any) -> str:
        try:
            return await ask(model, kind, state["question"])
        except Exception:
            return "sorry"

    return does


@pytest.mark.parametrize("kind", KINDS)
async def test_an_apology_for_a_model_that_was_not_reached_is_no_score(desk: Any, rows: Rows, kind: str) -> None:
    model = chat(faults="503@1")
    (rollout,) = await desk(trainable(App(polite(model, kind)))).evaluate([{}], rows(1))
    assert rollout.status == "infrastructure error" and "SimulatedFault" in rollout.words


@pytest.mark.parametrize("kind", KINDS)
async def test_an_apology_for_a_request_that_was_wrong_is_the_applications_answer(
    desk: Any, rows: Rows, kind: str
) -> None:
    def wrong(messages: Any, kwargs: Any) -> str:
        raise SimulatedFault("400", 400, 0)

    (rollout,) = await desk(trainable(App(polite(ScriptedChat(wrong), kind)))).evaluate([{}], rows(1))
    assert rollout.status == "scored" and rollout.output["answer"] == "sorry"


async def test_an_error_of_its_own_in_place_of_the_fault_is_no_task_error(desk: Any, rows: Rows) -> None:
    async def does(state: Any) -> str:
        try:
            return await ask(chat(faults="503@1"), "ainvoke", "hi")
        except Exception:
            pass
        raise ValueError("nothing to say")

    (rollout,) = await desk(trainable(App(does))).evaluate([{}], rows(1))
    assert rollout.status == "infrastructure error"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_fallback_is_the_applications_own_and_is_said_once(desk: Any, rows: Rows, kind: str) -> None:
    said = list[str]()

    def watcher(event: Any) -> None:
        if isinstance(event, Told):
            said.append(event.text)

    first, second = chat(faults="503@1"), chat()
    second.model = "another"
    app = App(lambda state: ask(first.with_fallbacks([second]), kind, state["question"]))
    rollouts = await desk(trainable(app), watcher=watcher).evaluate([{}], rows(3))
    assert [r.status for r in rollouts] == ["scored"] * 3
    told = [text for text in said if "instead" in text]
    assert len(told) == 1 and told[0].startswith("mock could not be reached") and "another" in told[0]


async def test_a_call_that_the_application_makes_again_is_not_lost(desk: Any, rows: Rows) -> None:
    model = chat(faults="503@1-4")

    async def does(state: Any) -> str:
        try:
            return await ask(model, "ainvoke", state["question"])
        except Exception:
            return await ask(model, "ainvoke", state["question"])

    (rollout,) = await desk(trainable(App(does))).evaluate([{}], rows(1))
    assert rollout.status == "scored" and model.simulator.counts["calls"] == 5


async def test_another_question_does_not_make_up_for_a_lost_one(desk: Any, rows: Rows) -> None:
    model = chat(faults="503@1-4")

    async def does(state: Any) -> str:
        try:
            return await ask(model, "ainvoke", state["question"])
        except Exception:
            return await ask(model, "ainvoke", "something else")

    (rollout,) = await desk(trainable(App(does))).evaluate([{}], rows(1))
    assert rollout.status == "infrastructure error"


async def test_a_judge_that_was_not_reached_is_no_score_even_where_its_loss_catches_that(desk: Any, rows: Rows) -> None:
    async def loss(prediction: Any, gold: Any) -> float:
        try:
            return float(len((await chat(faults="503@1").ainvoke("good?")).text) > 0)
        except Exception:
            return 0.0

    async def done(state: Any) -> str:
        return "x"

    (rollout,) = await desk(trainable(App(done)), loss).evaluate([{}], rows(1))
    assert rollout.status == "infrastructure error"
    (other,) = await desk(trainable(App(done)), Judge(chat(faults="503@1"))).evaluate([{}], rows(1))
    assert other.status == "infrastructure error"


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_server_that_refuses_us_ends_the_run_at_once(desk: Any, rows: Rows, kind: str, status: int) -> None:
    def refuses(messages: Any, kwargs: Any) -> str:
        raise SimulatedFault(f"no: {status}", status, 0)

    model = ScriptedChat(refuses)
    with pytest.raises(RefusedError, match=f"The server of scripted refuses: .*{status}.*key"):
        await desk(trainable(App(polite(model, kind))), concurrency=1).evaluate([{}], rows(50))
    assert len(model.calls) == 1


@pytest.mark.parametrize(("status", "ends"), [(401, True), (403, False), (404, False)])
async def test_once_a_model_has_answered_a_403_or_404_is_about_that_one_request(
    desk: Any, rows: Rows, status: int, ends: bool
) -> None:
    def refuses(messages: Any, kwargs: Any) -> str:
        if len(model.calls) > 1:
            raise SimulatedFault("no", status, 0)
        return "yes"

    model = ScriptedChat(refuses)
    at = desk(trainable(App(lambda state: ask(model, "ainvoke", state["question"]))), concurrency=1)
    if ends:
        with pytest.raises(RefusedError):
            await at.evaluate([{}], rows(2))
    else:
        assert [r.status for r in await at.evaluate([{}], rows(2))] == ["scored", "task error"]


async def test_an_endless_loop_is_an_error_of_the_row_and_a_slow_model_is_not(desk: Any, rows: Rows) -> None:
    async def endless(state: Any) -> str:
        while True:
            await asyncio.sleep(0.01)

    def slow(state: Any) -> str:
        while time.monotonic() < until:
            time.sleep(0.01)
        return "x"

    until = time.monotonic() + 1.5
    for does in (endless, lambda state: asyncio.to_thread(slow, state)):
        began = time.monotonic()
        (rollout,) = await desk(trainable(App(does)), seconds=0.3).evaluate([{}], rows(1), repetition=str(does))
        assert rollout.status == "task error" and "took longer than 0.3 s by itself" in rollout.words
        assert time.monotonic() - began < 1
    patient = App(lambda state: ask(chat(latency="fixed:0.5"), "ainvoke", "hi"))
    (rollout,) = await desk(trainable(patient), seconds=0.3).evaluate([{}], rows(1))
    assert rollout.status == "scored"


@pytest.mark.parametrize("share", [1, 2, 10])
async def test_a_loss_that_raises_names_its_row_and_is_no_score(desk: Any, rows: Rows, share: int) -> None:
    asked = list[Any]()

    def loss(prediction: Any, gold: Any) -> float:
        asked.append(gold)
        if len(asked) % share == 0:
            raise ZeroDivisionError("by nothing")
        return 1.0

    async def done(state: Any) -> str:
        return "x"

    with pytest.raises(MisuseError, match="The loss .* raised ZeroDivisionError on row 'T"):
        await desk(trainable(App(done)), loss, concurrency=1).evaluate([{}], rows(10))
    assert len(asked) == share


async def test_a_loss_that_hangs_is_let_go_and_named(desk: Any, rows: Rows) -> None:
    async def loss(prediction: Any, gold: Any) -> float:
        await asyncio.sleep(60)
        return 1.0

    async def done(state: Any) -> str:
        return "x"

    with pytest.raises(MisuseError, match="The loss .* took longer than 0.2 s"):
        await desk(trainable(App(done)), loss, seconds=0.2).evaluate([{}], rows(1))
