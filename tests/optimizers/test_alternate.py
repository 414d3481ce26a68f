"""Prompts and architecture in turns: what neither reaches alone, on one budget."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import Alternate, Optimizer, Problem, Prompt, Result, Trainer, trainable
from llmdl_plugins.errors import MisuseError, Stopped, UnknownNameError
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.counts import Spent
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.optimizer import resolve
from llmdl_plugins.run.work import Size
from llmdl_plugins.searches.halving import Halving
from llmdl_plugins.testing import SimulatedChat, Simulator
from llmdl_plugins.training.probe import PROBES

from .filed import graph, rows

CALLS = 900


def trained(
    optimizer: Any, budget: str = f"{CALLS} calls", knows: bool = False, **more: Any
) -> tuple[Result, Simulator, list[str]]:
    """A run on the tickets in files; where the prompt knows the rules, only the choice is left to be found."""
    simulator, files, heard = Simulator(rules=2, redraw=False, eps=0), dict[str, str](), list[str]()
    data = [rows(simulator, files, split, 40) for split in ("train", "val", "test")]
    teacher = SimulatedChat(simulator=Simulator(simulator.settings), temperature=0)
    given = {"teacher": teacher, "budget": budget, "watcher": lambda e: heard.append(getattr(e, "text", "")), **more}
    known = " ".join(simulator.world.rule(kind) for kind in range(2)) if knows else "Answer the ticket."
    net = trainable(graph(simulator, files, known))
    return Trainer(net, "exact_match", *data, optimizer=optimizer, **given).fit(), simulator, heard


@pytest.mark.parametrize(
    "optimizer", ["textual-gradient+portfolio", "textual-gradient+tpe", "halving+textual-gradient"]
)
def test_together_they_reach_what_takes_both_a_prompt_and_a_choice(optimizer: str) -> None:
    if "tpe" in optimizer:
        pytest.importorskip("optuna")
    result, simulator, heard = trained(optimizer)
    assert result.status == "improved" and result.after == 1.0
    assert result.values["read/chosen"] == "opened"
    assert all(simulator.world.rule(kind) in result.values["solve/instruction"] for kind in range(2))
    assert simulator.counts["calls"] <= CALLS
    first = optimizer.partition("+")[0]
    assert f"turn of {first}" in heard, "who has its turn is told"


@pytest.mark.parametrize("optimizer", ["textual-gradient", "halving"])
def test_neither_reaches_it_alone(optimizer: str) -> None:
    assert (trained(optimizer)[0].after or 0) < 0.7


class Waster(Optimizer):
    """Draws the same rows anew as long as it may."""

    name = "waster"

    async def optimize(self, problem: Problem) -> None:
        for n in range(10_000):
            await problem.evaluate([{}], problem.train[:4], repetition=f"{len(problem.verdicts)}/{n}")


def test_who_never_ends_leaves_the_others_their_share() -> None:
    result, simulator, heard = trained(Alternate(Waster(), "halving"), budget="600 calls", knows=True)
    assert result.values == {"read/chosen": "opened"}
    assert any("turn of waster ends: its share of the budget's calls is used" in line for line in heard)
    assert simulator.counts["calls"] <= 600


class Content(Waster):
    """Ends without a word when it is stopped, as loops of others do."""

    async def optimize(self, problem: Problem) -> None:
        with suppress(Stopped):
            await super().optimize(problem)


@pytest.mark.parametrize("waster", [Waster, Content])
def test_who_was_stopped_has_its_next_turn_whatever_the_others_reached(waster: type[Optimizer]) -> None:
    heard = trained(Alternate(waster(), Halving(0)), budget="600 calls")[2]
    assert [line for line in heard if line.startswith("turn of") and "ends" not in line] == [
        "turn of waster", "turn of halving", "turn of waster"
    ]  # fmt: skip


def test_who_came_to_an_end_has_no_turn_more_until_another_one_moved_the_incumbent() -> None:
    turns = [
        line
        for line in trained(Alternate("halving", Halving(100)), budget="3000 calls", knows=True)[2]
        if "turn" in line
    ]
    assert turns == ["turn of halving", "turn of halving"]


def test_a_run_in_turns_goes_on_from_its_folder_and_knows_its_optimizers(tmp_path: Path) -> None:
    first, *_ = trained(Alternate("textual-gradient", Halving(150)), folder=tmp_path / "run")
    again, simulator, _ = trained(Alternate("textual-gradient", Halving(150)), folder=tmp_path / "run")
    assert again.values == first.values and simulator.counts["calls"] == 0
    with pytest.raises(MisuseError, match="optimizer"):
        trained(Alternate("textual-gradient", Halving(151)), folder=tmp_path / "run")


def test_the_name_says_who_takes_turns_and_makes_the_same_again() -> None:
    made = Alternate("textual-gradient", "tpe")
    assert made.name == "textual-gradient+tpe" == resolve(made.name, has_teacher=True).name
    assert made.needs_teacher and not Alternate("halving", "evolution").needs_teacher
    with pytest.raises(UnknownNameError, match="needs a teacher"):
        resolve("textual-gradient+halving", has_teacher=False)
    with pytest.raises(UnknownNameError, match="Did you mean 'halving'"):
        resolve("textual-gradient+halvin", has_teacher=True)
    with pytest.raises(MisuseError, match="take turns alone"):
        Alternate("halving")


def test_what_one_of_them_refuses_is_refused_before_another_has_spent_anything() -> None:
    simulator = Simulator(rules=2)
    net = trainable(Prompt(SimulatedChat(simulator=simulator), "Answer.", "question", "answer"))
    data = [simulator.dataset(split, 20) for split in ("train", "val", "test")]
    teacher = SimulatedChat(simulator=simulator)
    with pytest.raises(MisuseError, match="nothing to choose"):
        Trainer(net, "exact_match", *data, optimizer="textual-gradient+halving", teacher=teacher).fit()
    assert simulator.counts["calls"] == PROBES


def test_it_expects_what_they_expect_together() -> None:
    size = Size(train=40, val=40, parameters=2, choices=1)
    one, two = Halving().expected(size), resolve("textual-gradient", has_teacher=True).expected(size)
    both = Alternate("halving", "textual-gradient").expected(size)
    assert both.rollouts.likely == one.rollouts.likely + two.rollouts.likely
    assert both.teacher.high == 2 * two.teacher.high


def test_of_what_is_free_a_share_is_kept_within_and_free_again_after() -> None:
    meter = Meter(Budget.parse("100 calls, 1000 tokens"), aside=Spent(calls=20))
    with meter.sharing(0.25):
        assert (meter.free("calls"), meter.free("tokens"), meter.free("usd")) == (20, 250, float("inf"))
        meter.aside, meter.spent.calls = Spent(calls=25), 15
        assert meter.share_used == "calls", "an incumbent whose sealed test takes more has taken it from this share"
        with meter.sharing(0.5):
            assert meter.share_used == "calls"
    assert meter.free("calls") == 60 and meter.share_used == ""
