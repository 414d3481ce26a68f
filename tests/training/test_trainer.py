"""Training on simulated worlds, where the truth is known."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel

from llmdl_plugins import Network, Optimizer, Problem, Prompt, Result, Sequential, Trainer, trainable
from llmdl_plugins.errors import (
    BudgetError,
    DataError,
    LockedError,
    MisuseError,
    PluginError,
    RunFolderError,
    UnknownNameError,
)
from llmdl_plugins.run.folder import RunFolder
from llmdl_plugins.testing import ScriptedChat, SimulatedChat, Simulator

FIELDS = [
    *("status", "before", "after", "gain", "interval", "p", "method", "discordant", "test_size", "groups", "openings"),
    *("accepted", "proposed", "spent", "parameters", "seed", "versions", "reason", "refused", "front"),
    *("margin", "cost"),
]


def world(skill: str, seed: int = 0) -> tuple[Simulator, SimulatedChat, Network]:
    simulator = Simulator(skill=skill, seed=seed)
    model = SimulatedChat(simulator=simulator)
    first = [Prompt(model, "Pass the ticket on.", "question", "record")] if skill == "coupled" else []
    answer = Prompt(model, "Answer with the number only.", "record" if first else "question", "answer")
    return simulator, model, trainable(Sequential(*first, answer))


def trainer(skill: str, seed: int = 0, **changes: Any) -> tuple[Simulator, Trainer]:
    simulator, model, network = world(skill, seed)
    rows = [answers(simulator.dataset(split, n)) for split, n in (("train", 60), ("val", 60), ("test", 120))]
    given = {"teacher": model, "budget": "1500 calls", "seed": seed, **changes}
    return simulator, Trainer(network, "exact_match", *rows, **given)


def answers(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that name the key that is compared."""
    return [{**row, "expected": {"answer": row["expected"]}} for row in rows]


@pytest.mark.parametrize("skill", ["rule", "coupled"])
def test_what_can_be_learned_is_learned_and_claimed(skill: str) -> None:
    simulator, made = trainer(skill, budget="3000 calls")
    result = made.fit()
    made.network.load_state_dict({**made.network.state_dict(), **result.values})
    truth = simulator.true_score([str(v) for v in made.network.state_dict().values()])
    assert result.status == "improved"
    assert truth >= 0.85
    assert result.interval is not None and result.interval[0] > 0.2


def test_where_nothing_can_be_learned_no_gain_is_claimed() -> None:
    claims = sum(trainer("null", seed)[1].fit().status == "improved" for seed in range(12))
    assert claims <= 2


def test_where_nothing_was_accepted_the_test_set_stays_sealed_and_the_result_says_so(run_folder: Path) -> None:
    simulator, made = trainer("rule", optimizer=Unlucky(), folder=run_folder)
    result = made.fit()
    assert (result.status, result.before, result.after, result.openings) == ("no gain shown", None, None, 0)
    assert "none of 1 proposals was accepted" in result.reason and result.reason in str(result)
    assert not Path(os.environ["LLMDL_STATE"], "openings.json").exists()
    assert simulator.counts["calls"] <= 2 + 2 * 60
    assert json.loads((run_folder / "result.json").read_text())["reason"] == result.reason


def test_rows_that_all_go_one_way_explain_why_nothing_moved() -> None:
    for loss, words in ((lambda p, g: 1.0, "every train row that was run is right"), (lambda p, g: p == g, "above 0")):
        _, made = trainer("rule")
        rows = made.setup.splits
        again = Trainer(made.network, loss, rows.train, rows.val, rows.test, teacher=made.setup.teacher)
        assert words in again.fit().reason


def test_a_value_that_cannot_be_is_an_error_of_the_optimizer_that_tried_it() -> None:
    class Careless(Optimizer):
        name = "careless"

        async def optimize(self, problem: Problem) -> None:
            await problem.propose({next(iter(problem.parameters)): 7}, "a number")

    with pytest.raises(PluginError, match="The optimizer 'careless' tried a value that can't be: .*instruction"):
        trainer("rule", optimizer=Careless())[1].fit()


class Unlucky(Optimizer):
    async def optimize(self, problem: Problem) -> None:
        name = next(iter(problem.parameters))
        await problem.propose({name: "Say nothing at all, however long it may take you to."}, "a useless text")


def test_a_result_without_gain_hands_over_the_untouched_application() -> None:
    result = next(r for seed in range(9) if (r := trainer("null", seed)[1].fit()).status == "no gain shown")
    assert result.values == {}


def test_the_budget_is_never_exceeded_and_the_sealed_test_always_fits() -> None:
    simulator, made = trainer("rule", budget="500 calls")
    result = made.fit()
    assert result.status in ("improved", "no gain shown")
    assert simulator.counts["calls"] == result.spent["calls"] <= 500


@pytest.mark.parametrize("budget", ["40k tokens", "0.05 usd"])
def test_tokens_and_dollars_are_never_exceeded_either_and_every_call_is_in_the_sum(budget: str) -> None:
    heard: list[str] = []
    simulator, made = trainer("rule", budget=budget, prices={"mock": (1.0, 2.0)})
    made.watcher = lambda event: heard.append(getattr(event, "text", event.__class__.__name__))
    result, counts = made.fit(), simulator.counts
    assert counts["calls"] == result.spent["calls"] and counts["role:critic"] > 0 < counts["role:proposer"]
    assert counts["prompt_tokens"] + counts["completion_tokens"] == result.spent["tokens"]
    assert result.spent["tokens"] <= 40_000 if "tokens" in budget else result.spent["usd"] <= 0.05
    begins = heard.index("Progressed", heard.index("Progressed") + 2)
    assert any("over, because" in text for text in heard[:begins])


def test_a_proposal_whose_sealed_test_no_longer_fits_is_not_accepted() -> None:
    _, made = trainer("rule", budget="60k tokens", optimizer=Longwinded())
    result = made.fit()
    assert (result.status, result.accepted, result.proposed) == ("no gain shown", 0, 1)
    assert result.spent["tokens"] <= 60_000


class Longwinded(Optimizer):
    """Proposes what is right, at great length."""

    async def optimize(self, problem: Problem) -> None:
        rules = " ".join(Simulator(skill="rule").world.rule(kind) for kind in range(8))
        text = " ".join([rules, *(f"Take your time with part {n}." for n in range(150))])
        verdict = await problem.propose({next(iter(problem.parameters)): text}, "a long text")
        assert "what is left of 60000 tokens can't hold its sealed test" in verdict.reason


@pytest.mark.parametrize("budget", ["20k tokens", "0.022 usd"])
def test_over_many_processes_a_folder_spends_no_more_than_one_budget(budget: str, run_folder: Path) -> None:
    spent = 0
    for stop in (100, 30, 10_000):
        simulator, made = trainer("rule", budget=budget, prices={"mock": (1.0, 2.0)}, folder=run_folder)
        made.watcher = lambda event: made.stop() if simulator.counts["calls"] > stop else None  # noqa: B023
        made.fit()
        spent += simulator.counts["prompt_tokens"] + simulator.counts["completion_tokens"]
    with closing(sqlite3.connect(run_folder / "ledger.db")) as ledger:
        told, dollars = ledger.execute(
            "SELECT sum(input_tokens + output_tokens), sum(input_tokens + 2 * output_tokens) / 1e6 FROM calls"
        ).fetchone()
    assert told == spent and (spent <= 20_000 if "tokens" in budget else dollars <= 0.022)


@pytest.mark.parametrize(("budget", "least"), [("3k tokens", "tokens"), ("0.001 usd", "usd")])
def test_the_smallest_budget_that_can_hold_the_sealed_test_is_said_in_its_own_unit(budget: str, least: str) -> None:
    simulator, made = trainer("rule", budget=budget, prices={"mock": (1.0, 2.0)})
    with pytest.raises(BudgetError, match=f"needs at least [0-9.]+ {least}, and training comes on top"):
        made.fit()
    assert simulator.counts["calls"] <= 2


def test_a_budget_that_cannot_hold_the_sealed_test_is_refused_before_a_call() -> None:
    with pytest.raises(BudgetError, match="needs at least 240 calls at one call a run"):
        trainer("rule", budget="100 calls")


def test_what_a_budget_that_is_too_small_for_two_calls_a_row_has_paid_is_paid_for_good(run_folder: Path) -> None:
    simulator, made = trainer("coupled", budget="300 calls", folder=run_folder)
    with pytest.raises(BudgetError, match="needs at least 484 calls"):
        made.fit()
    paid = simulator.counts["calls"]
    assert 0 < paid <= 4
    given = {"budget": "700 calls", "optimizer": Unlucky()}
    alone, other = trainer("coupled", **given)
    other.fit()
    again, goes_on = trainer("coupled", folder=run_folder, force=True, **given)
    goes_on.fit()
    assert again.counts["calls"] == alone.counts["calls"] - paid


def test_result_json_has_the_fields_that_it_promises(run_folder: Path) -> None:
    trainer("rule", budget="600 calls", folder=run_folder)[1].fit()
    assert set(json.loads((run_folder / "result.json").read_text())) == set(FIELDS)


def test_the_same_call_on_the_same_folder_pays_nothing_again(run_folder: Path) -> None:
    first = trainer("rule", folder=run_folder)[1].fit()
    simulator, again = trainer("rule", folder=run_folder)
    second = again.fit()
    assert simulator.counts["calls"] == 0
    assert comparable(second) == comparable(first)
    assert second.openings == 1


def comparable(result: Result) -> dict[str, Any]:
    told = result.json()
    told.pop("openings")
    told["spent"] = {k: v for k, v in told["spent"].items() if k != "seconds"}  # type: ignore[union-attr]
    return told


def test_a_run_stopped_midway_goes_on_to_the_same_result(run_folder: Path) -> None:
    whole = trainer("rule")[1].fit()
    simulator, made = trainer("rule", folder=run_folder)
    made.watcher = lambda event: made.stop() if simulator.counts["calls"] > 300 else None
    stopped = made.fit()
    assert stopped.status == "stopped" and stopped.before is None
    assert comparable(trainer("rule", folder=run_folder)[1].fit()) == comparable(whole)


def test_a_killed_run_goes_on_to_the_same_result(run_folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text(
        textwrap.dedent(f"""
        import os, sys
        from llmdl_plugins import Prompt, Trainer, trainable
        from llmdl_plugins.testing import SimulatedChat, Simulator
        simulator = Simulator(skill="rule", seed=3)
        model = SimulatedChat(simulator=simulator)
        rows = [simulator.dataset(s, n) for s, n in (("train", 60), ("val", 60), ("test", 60))]
        def watch(event):
            if simulator.counts["calls"] > int(sys.argv[1]):
                os.kill(os.getpid(), 9)
        net = trainable(Prompt(model, "Answer.", "question", "answer"))
        result = Trainer(net, "exact_match", *rows, teacher=model, budget="900 calls",
                         folder={str(run_folder)!r}, watcher=watch).fit()
        print(result.json()["spent"]["calls"], simulator.counts["calls"])
        """)
    )
    for kill_after in (150, 200):
        assert subprocess.run([sys.executable, script, str(kill_after)]).returncode == -9
    done = subprocess.run([sys.executable, script, "100000"], capture_output=True, text=True, check=True)
    spent, paid_now = map(int, done.stdout.split())
    with closing(sqlite3.connect(run_folder / "ledger.db")) as ledger:
        (recorded,) = ledger.execute("SELECT count(*) FROM calls").fetchone()
    assert paid_now < spent <= recorded <= spent + 2 * 8


def test_a_folder_of_another_run_is_refused(run_folder: Path) -> None:
    trainer("rule", budget="400 calls", folder=run_folder)[1].fit()
    with pytest.raises(RunFolderError, match="holds another run: data, seed, splits differ"):
        trainer("rule", seed=1, budget="400 calls", folder=run_folder)[1].fit()


def test_two_processes_cannot_share_a_folder(run_folder: Path) -> None:
    with RunFolder(run_folder).opened({}), pytest.raises(LockedError, match="Process [0-9]+ on .* is writing"):
        trainer("rule", folder=run_folder)[1].fit()


def test_the_folder_is_for_its_owner_only(run_folder: Path) -> None:
    trainer("rule", budget="400 calls", folder=run_folder)[1].fit()
    assert run_folder.stat().st_mode & 0o777 == 0o700
    assert {p.name: oct(p.stat().st_mode & 0o777) for p in run_folder.iterdir() if p.stat().st_mode & 0o077} == {}


def test_fit_works_inside_a_running_loop() -> None:
    async def in_a_notebook() -> Result:
        return trainer("rule", budget="400 calls")[1].fit()

    assert asyncio.run(in_a_notebook()).status in ("improved", "no gain shown")


def test_the_door_is_gone_after_a_run_and_after_a_failed_one() -> None:
    untouched = BaseChatModel.agenerate
    trainer("rule", budget="400 calls")[1].fit()
    assert BaseChatModel.agenerate is untouched
    with pytest.raises(MisuseError):
        trainer("rule", budget="400 calls", optimizer=Failing())[1].fit()
    assert BaseChatModel.agenerate is untouched


class Failing(Optimizer):
    async def optimize(self, problem: Problem) -> None:
        raise MisuseError("not today")


def test_an_optimizer_that_needs_a_teacher_says_so() -> None:
    with pytest.raises(UnknownNameError, match="needs a teacher"):
        trainer("rule", teacher=None, optimizer="textual-gradient")


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"optimizer": "textual-gradiant"}, UnknownNameError, "Did you mean 'textual-gradient'"),
        ({"budget": "2 bananas"}, BudgetError, "Can't read '2 bananas'"),
        ({"budget": "2 usd"}, BudgetError, "needs prices, and none is known for 'mock'"),
        ({"teacher": "gpt-5"}, MisuseError, "names no provider"),
    ],
)
def test_misuse_is_one_clear_error(change: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        trainer("rule", **change)


def test_a_teacher_that_fails_by_itself_is_one_clear_error() -> None:
    def fail(messages: Any, kwargs: Any) -> str:
        raise ValueError("no such region")

    with pytest.raises(
        MisuseError, match=r"The teacher failed: ValueError: no such region \(test_trainer.py, line \d+\)"
    ):
        trainer("rule", teacher=ScriptedChat(fail))[1].fit()


def test_an_unknown_loss_is_answered_with_near_names() -> None:
    simulator, model, network = world("rule")
    with pytest.raises(UnknownNameError, match="Did you mean 'exact_match'"):
        Trainer(network, "exact_mach", simulator.dataset("train", 80), teacher=model)


def test_too_few_rows_say_how_many_are_needed() -> None:
    simulator, model, network = world("rule")
    with pytest.raises(DataError, match="at least 32 rows"):
        Trainer(network, "exact_match", simulator.dataset("train", 20), teacher=model)


def test_rows_that_the_application_cannot_run_are_refused_at_the_first_ones() -> None:
    simulator, model, network = world("rule")
    rows = [{"inputs": {"qestion": f"x {n}"}, "expected": {"answer": "1"}} for n in range(60)]
    with pytest.raises(MisuseError, match="Prompt reads 'question', and the state has qestion"):
        Trainer(network, "exact_match", rows, teacher=model).fit()
    assert simulator.counts["calls"] == 0


def test_a_misspelt_expected_key_is_answered_with_a_near_one() -> None:
    simulator, model, network = world("rule")
    rows = [{**row, "expected": {"anwser": "1"}} for row in simulator.dataset("train", 60)]
    with pytest.raises(MisuseError, match="Did you mean 'answer'"):
        Trainer(network, "exact_match", rows, teacher=model).fit()


def test_a_plain_expected_is_refused_where_several_values_could_be_meant() -> None:
    simulator, model, network = world("coupled")
    with pytest.raises(MisuseError, match=r"several values \(answer, record\)"):
        Trainer(network, "exact_match", simulator.dataset("train", 60), teacher=model).fit()


def test_nothing_trainable_is_refused_before_a_call() -> None:
    simulator, model, network = world("rule")
    network.freeze()
    with pytest.raises(MisuseError, match="Nothing of .* is trainable"):
        Trainer(network, "exact_match", simulator.dataset("train", 60), teacher=model)


@pytest.mark.parametrize("budget", [260, 270, 280, 300])
def test_feedback_never_spends_what_was_set_aside(budget: int, run_folder: Path) -> None:
    for _ in range(3):
        _, made = trainer("rule", budget=f"{budget} calls", folder=run_folder)
        assert made.fit().status in ("improved", "no gain shown")
    with closing(sqlite3.connect(run_folder / "ledger.db")) as ledger:
        assert ledger.execute("SELECT count(*) FROM calls").fetchone()[0] <= budget
