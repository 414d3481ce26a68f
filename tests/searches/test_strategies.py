"""Every strategy finds what is better, keeps what is best, and shows what costs what."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import Sequential, Trainer, trainable
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.plugins.catalogue import catalogue, find
from llmdl_plugins.report.page import write_report
from llmdl_plugins.testing import Simulator

from .conftest import guessing, questions, tickets

OURS = ("random", "evolution", "halving", "structured", "portfolio")


def searched(root: Sequential, strategy: str, rows: Any = questions, **options: Any) -> Any:
    if lacks := [name for name in catalogue("searches")[strategy].spec.requires if find_spec(name) is None]:
        pytest.skip(f"not installed: {', '.join(lacks)}")
    data = [rows(split) for split in ("train", "val", "test")]
    return Trainer(trainable(root), "exact_match", *data, optimizer=strategy, **options).fit()


@pytest.mark.parametrize("strategy", OURS)
def test_the_better_architecture_is_found(strategy: str) -> None:
    result = searched(guessing(), strategy)
    assert result.status == "improved" and {"split", "wide"} <= set(result.values.values())


@pytest.mark.parametrize("strategy", OURS)
def test_where_the_application_is_best_it_is_returned(strategy: str) -> None:
    result = searched(guessing(direct=0.9), strategy)
    assert result.status == "no gain shown" and result.values == {} and result.accepted == 0


@pytest.mark.parametrize("strategy", OURS)
def test_within_the_budget_the_best_is_proposed(strategy: str, answering: Sequential, simulator: Simulator) -> None:
    def rows(split: str) -> Any:
        return tickets(simulator, split)

    result = searched(answering, strategy, rows, budget="700 calls")
    assert result.status == "improved" and simulator.counts["calls"] <= 700


def test_the_front_shows_what_costs_what(answering: Sequential, simulator: Simulator, tmp_path: Path) -> None:
    result = searched(answering, "halving", lambda split: tickets(simulator, split), folder=tmp_path / "run")
    assert [(one.words, one.calls) for one in result.front] == [
        ("the application as it is", 1), ("layers.0/inner/chosen = both", 1)
    ]  # fmt: skip
    assert "1 calls" in str(result) and "(no claim)" in str(result)
    told = json.loads((tmp_path / "run/result.json").read_text())["front"]
    assert [one["score"] for one in told] == [one.score for one in result.front]
    page = write_report(tmp_path / "run").read_text()
    assert "Score against cost" in page and "the application as it is" in page


def test_votes_of_the_same_answer_are_not_worth_their_calls(answering: Sequential, simulator: Simulator) -> None:
    result = searched(answering, "halving", lambda split: tickets(simulator, split))
    assert all(name.endswith("chosen") for name in result.values), "at temperature 0 five draws are one answer"


def test_without_choices_a_search_is_misuse() -> None:
    root = guessing()
    net = trainable(root)
    net.freeze()
    net.unfreeze("*alternatives.direct/width")
    for parameter in net.named_parameters().values():
        parameter.kind = "text"
    with pytest.raises(MisuseError, match="nothing to choose"):
        Trainer(net, "exact_match", questions("train"), optimizer="random").fit()


def test_a_space_narrows_the_options() -> None:
    net = trainable(guessing())
    chosen = next(name for name in net.named_parameters() if name.endswith("chosen"))
    result = Trainer(
        net, "exact_match", questions("train"), optimizer="halving", space={"choices": {chosen: ["direct"]}}
    ).fit()
    assert result.status == "no gain shown" and net[chosen].options == ("direct",)


@pytest.mark.parametrize("wrong", [{}, {"choices": {"x": []}}, {"recipes": [{"node": "a"}]}, {"layers": []}, []])
def test_what_is_no_space_is_misuse(wrong: Any) -> None:
    with pytest.raises(MisuseError, match="holds no space"):
        Trainer(trainable(guessing()), "exact_match", questions("train"), optimizer="halving", space=wrong)


@pytest.mark.parametrize("strategy", [*OURS, "tpe"])
def test_each_is_told_how_many_runs_it_may_make(strategy: str) -> None:
    if lacks := [name for name in catalogue("searches")[strategy].spec.requires if find_spec(name) is None]:
        pytest.skip(f"not installed: {', '.join(lacks)}")
    assert find("searches", strategy)(runs=70).runs == 70


def test_all_of_ours_are_offered() -> None:
    assert set(OURS) <= set(catalogue("searches"))
