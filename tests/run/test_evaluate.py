"""Evaluation: a score, a task error or an infrastructure error; counted once, replayed whole, ended in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from llmdl_plugins.data import Example
from llmdl_plugins.door import boundary
from llmdl_plugins.errors import (
    InfrastructureError,
    LedgerError,
    MisuseError,
    ParameterError,
    Stopped,
    UnboundCallError,
)
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.losses.judge import Judge
from llmdl_plugins.losses.numeric import Numeric
from llmdl_plugins.module import Module
from llmdl_plugins.network import trainable
from llmdl_plugins.plain import dumps
from llmdl_plugins.testing import ScriptedChat

from .calls import chat

Rows = Callable[[int], Sequence[Example]]


class App(Module):
    """Whatever a function does with the state."""

    def __init__(self, does: Callable[[Any], Any]) -> None:
        self.does, self.runs = does, 0

    async def forward(self, state: Any) -> Any:
        self.runs += 1
        return {"answer": self.does(state)}


def fails(error: BaseException) -> Callable[[Any], Any]:
    def does(state: Any) -> Any:
        raise error

    return does


async def test_server_meter_and_ledger_count_the_same(desk: Any, rows: Rows) -> None:
    model = chat(latency="fixed:0.001")
    at = desk(model)
    rollouts = await at.evaluate([{}, {"instruction": "Answer well."}], rows(40))
    assert [r.status for r in rollouts] == ["scored"] * 80
    assert model.simulator.counts["calls"] == at.meter.spent.calls == at.ledger.totals()["calls"] == 80
    assert at.meter.spent.rollouts == 80
    tokens = model.simulator.counts["prompt_tokens"] + model.simulator.counts["completion_tokens"]
    assert at.meter.spent.tokens == at.ledger.totals()["tokens"] == tokens


async def test_faults_change_no_score(desk: Any, rows: Rows) -> None:
    quiet = await desk(chat(redraw=False)).evaluate([{}], rows(30), repetition="quiet")
    model = chat(redraw=False, faults="429@p0.1,503@p0.1,drop@p0.05")
    at = desk(model)
    noisy = await at.evaluate([{}], rows(30), repetition="noisy")
    assert [r.score for r in noisy] == [r.score for r in quiet]
    assert model.simulator.counts["calls"] > 30 == at.meter.spent.calls


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("y"), SystemExit(3), RecursionError("deep")])
async def test_what_the_application_raises_scores_0_with_its_words(desk: Any, rows: Rows, error: BaseException) -> None:
    (rollout,) = await desk(trainable(App(fails(error)))).evaluate([{}], rows(1))
    assert (rollout.status, rollout.score) == ("task error", 0.0)
    assert type(error).__name__ in rollout.words


async def test_a_fault_of_the_way_is_no_score_and_is_tried_again_next_time(desk: Any, rows: Rows) -> None:
    model = chat(faults="500@1-4")
    (first,) = await desk(model).evaluate([{}], rows(1))
    assert first.status == "infrastructure error" and model.simulator.counts["calls"] == 4
    (second,) = await desk(model).evaluate([{}], rows(1))
    assert second.status == "scored"


async def test_too_large_a_share_of_faults_ends_the_run_at_once(desk: Any, rows: Rows) -> None:
    model = chat(faults="503@13-9999")
    with pytest.raises(
        InfrastructureError, match=r"4 of 16 runs failed on the way to the model .*run the same command"
    ):
        await desk(model, concurrency=1).evaluate([{}], rows(200))
    assert model.simulator.counts["calls"] == 12 + 4 * 4


async def test_where_nothing_answers_the_first_runs_are_enough(desk: Any, rows: Rows) -> None:
    model = chat(faults="503@1")
    with pytest.raises(InfrastructureError, match=r"3 of 3 runs failed on the way to the model"):
        await desk(model, concurrency=2).evaluate([{}], rows(200))
    assert model.simulator.counts["calls"] <= 4 * 4


async def test_the_budget_ends_a_run_after_those_under_way_are_home_and_recorded(desk: Any, rows: Rows) -> None:
    model = chat(latency="fixed:0.01")
    at = desk(model, budget="25 calls", concurrency=8)
    with pytest.raises(Stopped, match="25 calls"):
        await at.evaluate([{}], rows(200))
    assert model.simulator.counts["calls"] == at.meter.spent.calls == at.ledger.totals()["calls"] == 25
    assert at.ledger._db.execute("SELECT count(*) FROM rollouts").fetchone() == (25,)
    assert at.meter.in_flight == 0


class Swallowing(Module):
    """Answers something whatever happens to its model."""

    def __init__(self, chat: Any, asks: Callable[[Any, str], Any]) -> None:
        self.chat, self.asks = chat, asks

    async def forward(self, state: Any) -> Any:
        try:
            return {"answer": self.asks(self.chat, state["question"])}
        except:  # noqa: E722
            return {"answer": "never mind"}


@pytest.mark.parametrize(
    "asks", [lambda chat, text: chat.invoke(text).text, lambda chat, text: "".join(c.text for c in chat.stream(text))]
)
async def test_what_swallows_the_end_of_a_budget_is_not_scored(desk: Any, rows: Rows, asks: Any) -> None:
    at = desk(trainable(Swallowing(ScriptedChat(lambda *_: "said"), asks)), budget="5 calls", concurrency=2)
    with pytest.raises(Stopped, match="5 calls"):
        await at.evaluate([{}], [Example({"question": f"{n}"}, {"answer": "said"}, f"{n}") for n in range(20)])
    assert at.ledger._db.execute("SELECT count(*) FROM rollouts").fetchone() == (5,)


async def test_a_resumed_run_sends_nothing_and_tells_the_same(desk: Any, rows: Rows) -> None:
    model, told = chat(), []
    for _ in range(2):
        at = desk(model, budget="60 calls, 100 rollouts")
        rollouts = await at.evaluate([{}, {"instruction": "Well."}], rows(20))
        spent = at.meter.spent
        told.append(
            (spent.calls, spent.tokens, spent.rollouts, [(r.score, r.words, dumps(r.output)) for r in rollouts])
        )
        assert [len(r.tape.calls) for r in rollouts] == [1] * 40
    assert told[0] == told[1] and model.simulator.counts["calls"] == 40


@pytest.mark.parametrize("budget", ["17 calls", "17 rollouts"])
async def test_a_resumed_run_stops_where_the_unbroken_one_did(desk: Any, rows: Rows, budget: str) -> None:
    model = chat()
    for _ in range(3):
        at = desk(model, budget=budget, concurrency=1)
        with pytest.raises(Stopped):
            await at.evaluate([{}], rows(40))
        assert model.simulator.counts["calls"] == at.meter.spent.calls == 17


async def test_a_finished_rollout_runs_no_node_again(desk: Any, rows: Rows) -> None:
    app = App(lambda state: "x")
    net = trainable(app)
    for _ in range(2):
        at = desk(net)
        rollouts = await at.evaluate([{}, {}], rows(5))
        assert at.meter.spent.rollouts == 5
    assert app.runs == 5 and rollouts[0].output == {**rows(5)[0].inputs, "answer": "x"}


async def test_another_loss_or_another_setting_of_it_is_scored_anew(desk: Any) -> None:
    row, app = [Example({"question": "q"}, "10", "1")], trainable(App(lambda state: "10.4"))
    losses: list[Any] = ["numeric", Numeric(0.1), lambda p, g: 0.25, lambda p, g: 0.75]
    assert [(await desk(app, loss).evaluate([{}], row))[0].score for loss in losses] == [0.0, 1.0, 0.25, 0.75]


async def test_loaded_values_are_told_from_the_original_ones(desk: Any) -> None:
    net = trainable(Prompt(ScriptedChat(lambda messages, kwargs: messages[0].text), "old", "q", "answer"))
    row = [Example({"q": "x"}, "new", "1")]
    assert (await desk(net).evaluate([{}], row))[0].score == 0.0
    net.load_state_dict({"instruction": "new"})
    assert (await desk(net).evaluate([{}], row))[0].score == 1.0


async def test_neither_application_nor_loss_can_change_an_example(desk: Any) -> None:
    def greedy(state: Any) -> str:
        state["list"].append("more")
        return str(len(state["list"]))

    def spoils(prediction: Any, gold: Any) -> float:
        gold["answer"] = "spoiled"
        return 1.0

    row = Example({"list": ["one"]}, {"answer": "2"}, "1")
    for repetition in ("0", "1"):
        (said,) = await desk(trainable(App(greedy)), spoils).evaluate([{}], [row], repetition=repetition)
        assert said.output["answer"] == "2"
    assert (row.inputs, row.expected) == ({"list": ["one"]}, {"answer": "2"})


@pytest.mark.parametrize("said", [float("nan"), float("inf"), 2, -0.1, None, "good", {"x": 1}, 10**400])
async def test_a_loss_that_gives_no_number_from_0_to_1_ends_the_run(desk: Any, rows: Rows, said: Any) -> None:
    with pytest.raises(MisuseError, match=r"The loss .* returned"):
        await desk(trainable(App(lambda state: "x")), lambda p, g: said).evaluate([{}], rows(3))


async def test_a_loss_that_raises_is_named_and_never_a_zero(desk: Any, rows: Rows) -> None:
    def loss(prediction: Any, gold: Any) -> float:
        return float(prediction["nothing"])

    with pytest.raises(MisuseError, match=r"The loss .*loss raised KeyError on row"):
        await desk(trainable(App(lambda state: "x")), loss).evaluate([{}], rows(3))


async def test_a_judge_without_a_grade_says_nothing_about_the_answer(desk: Any, rows: Rows) -> None:
    judge = Judge(ScriptedChat(lambda messages, kwargs: "I would rather not."))
    at = desk(trainable(App(lambda state: "x")), judge)
    assert [r.status for r in await at.evaluate([{}], rows(2))] == ["infrastructure error"] * 2


async def test_a_judge_is_on_the_same_ledger_and_is_asked_once(desk: Any, rows: Rows) -> None:
    model = ScriptedChat(lambda messages, kwargs: "Grade: 7\nToo short.")
    for _ in range(2):
        at = desk(trainable(App(lambda state: "x")), Judge(model))
        rollouts = await at.evaluate([{}], rows(4))
        assert [(r.score, r.words) for r in rollouts] == [(0.7, "Too short.")] * 4 and at.meter.spent.calls == 4
    assert len(model.calls) == 4


async def test_a_call_that_left_its_run_is_never_scored(desk: Any, rows: Rows) -> None:
    from contextvars import Context

    model = ScriptedChat(lambda messages, kwargs: "x")
    with pytest.raises(UnboundCallError):
        await desk(trainable(App(lambda state: Context().run(model.invoke, "hi").text))).evaluate([{}], rows(2))


async def test_a_disk_that_is_full_is_never_a_score(desk: Any, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    at = desk(chat())
    monkeypatch.setattr(at.ledger._writer, "_kept", lambda group: LedgerError("full"))
    with pytest.raises(LedgerError):
        await at.evaluate([{}], rows(3))


async def test_an_impossible_candidate_is_refused_before_anything_is_sent(desk: Any, rows: Rows) -> None:
    model = chat()
    with pytest.raises(ParameterError, match="Did you mean 'instruction'"):
        await desk(model).evaluate([{"instructions": "x"}], rows(3))
    assert model.simulator.counts["calls"] == 0


async def test_who_only_watches_cannot_change_a_score(desk: Any, rows: Rows) -> None:
    def watcher(event: Any) -> None:
        raise RuntimeError("the logger is down")

    assert len(await desk(chat(), watcher=watcher).evaluate([{}], rows(5))) == 5


async def test_a_cancelled_evaluation_keeps_what_was_paid(desk: Any, rows: Rows) -> None:
    model = chat(latency="fixed:0.05")
    at = desk(model, concurrency=4)
    running = asyncio.ensure_future(at.evaluate([{}], rows(20)))
    await asyncio.sleep(0.02)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert at.ledger.totals()["calls"] == model.simulator.counts["calls"] == at.meter.spent.calls == 4
    assert not boundary.is_open()


async def test_strange_texts_come_through_scored_and_replayed(desk: Any) -> None:
    nasty = "\x00 \N{GRINNING FACE} \u2028 \x1b[31m </script> {} {{x}}"
    row = [Example({"question": nasty, "half": "\ud83d"}, nasty, "1")]
    model = ScriptedChat(lambda messages, kwargs: messages[-1].text)
    outputs: list[Any] = [(await desk(model).evaluate([{}], row))[0].output for _ in range(2)]
    assert outputs[0] == outputs[1] == {"question": nasty, "half": "\\ud83d", "answer": nasty}
    assert len(model.calls) == 1
