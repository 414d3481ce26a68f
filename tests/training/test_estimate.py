"""An estimate sends nothing, and where rows were recorded it is near what the run then takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph

from llmdl_plugins import Network, Optimizer, Prompt, Trainer, trainable
from llmdl_plugins.run.optimizer import NOTHING
from llmdl_plugins.run.work import Range, Size
from llmdl_plugins.testing import ScriptedChat, SimulatedChat, Simulator
from llmdl_plugins.training.estimate import Estimate

PRICES = {"*": (1.0, 2.0)}
DESK = f"{Path(__file__).parents[1] / 'cli' / 'agents' / 'desk.py'}:graph"


class State(TypedDict):
    question: str
    answer: str


def taught(folder: Path | None, skill: str = "rule", **changes: Any) -> tuple[Callable[[], int], Trainer]:
    """Textual gradient on a simulated world, and how many calls its model has had."""
    simulator = Simulator(skill=skill, rules=6)
    model = SimulatedChat(simulator=simulator)
    rows = [named(simulator.dataset(split, n)) for split, n in (("train", 32), ("val", 32), ("test", 48))]
    net = trainable(Prompt(model, "Answer with the number only.", "question", "answer"))
    given = {"teacher": model, "folder": folder, "prices": PRICES, **changes}
    return lambda: simulator.counts["calls"], Trainer(net, "exact_match", *rows, **given)


def shown(folder: Path | None, **changes: Any) -> tuple[Callable[[], int], Trainer]:
    """Worked examples for a model that is right where it sees one of the same kind."""

    def say(messages: Any, kwargs: Any) -> str:
        text = str(messages[-1].content)
        kind = text.rstrip().rpartition("kind=k")[2].split()[0]
        return f"is {kind}" if text.count(f"kind=k{kind} ") > 1 else "unknown"

    model = ScriptedChat(say)

    def label(state: State) -> dict[str, str]:
        return {"answer": model.invoke([("system", "Label it."), ("user", state["question"])]).text}

    graph = StateGraph(State).add_node("label", label).add_edge(START, "label").add_edge("label", END).compile()
    world = Simulator()
    rows = [labelled(world.dataset(split, n)) for split, n in (("train", 40), ("val", 40), ("test", 60))]
    given = {"optimizer": "demonstrations", "node": "label", "folder": folder, "prices": PRICES, **changes}
    return lambda: len(model.calls), Trainer(trainable(graph), "exact_match", *rows, **given)


def named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "expected": {"answer": row["expected"]}} for row in rows]


def labelled(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kinds = [row["inputs"]["question"].partition("kind=k")[2].split()[0] for row in rows]
    return [{**row, "expected": {"answer": f"is {kind}"}} for row, kind in zip(rows, kinds, strict=True)]


def near(told: Range | None, real: float) -> bool:
    return told is not None and real / 1.5 <= told.likely <= 1.5 * real and told.low <= real <= told.high


@pytest.mark.parametrize("budget", [None, "280 calls"])
@pytest.mark.parametrize("world", [taught, shown])
def test_after_a_few_recorded_rows_the_calls_are_told_within_half_as_much_again(
    world: Any, budget: str | None, run_folder: Path
) -> None:
    calls, probe = world(run_folder, budget=budget)
    probe.watcher = lambda event: probe.stop() if calls() >= 12 else None
    probe.fit()
    before, (_, again) = calls(), world(run_folder, budget=budget)
    told = again.estimate()
    assert calls() == before and told.measured and told.recorded == before and told.usd is not None
    result = again.fit()
    assert near(told.calls, result.spent["calls"]), (told.calls, result.spent)
    assert bool(told.limited) == (budget is not None and world is taught)


@pytest.mark.parametrize("world", [taught, shown])
def test_after_a_whole_run_others_are_told_in_tokens_dollars_and_time_too(world: Any, run_folder: Path) -> None:
    """One run may end early by luck; of three the one in the middle is within half as much again."""
    world(run_folder)[1].fit()
    told = [world(run_folder, seed=seed)[1].estimate() for seed in (2, 3, 4)]
    spent = [world(None, seed=seed)[1].fit().spent for seed in (2, 3, 4)]
    for unit in ("calls", "tokens", "usd"):
        middle = median(getattr(t, unit).likely / s[unit] for t, s in zip(told, spent, strict=True))
        assert 1 / 1.5 <= middle <= 1.5
    assert all(t.seconds is not None and t.seconds.low < t.seconds.high for t in told)


@pytest.mark.parametrize("budget", ["12k tokens", pytest.param("0.012 usd", marks=pytest.mark.long)])
def test_a_budget_of_tokens_or_dollars_bounds_the_estimate(budget: str, run_folder: Path) -> None:
    taught(run_folder)[1].fit()
    told = taught(run_folder, budget=budget)[1].estimate()
    spent = taught(None, budget=budget)[1].fit().spent
    assert told.limited and (near(told.tokens, spent["tokens"]) if "tokens" in budget else near(told.usd, spent["usd"]))


@pytest.mark.parametrize("world", [taught, shown])
def test_without_a_record_a_range_is_marked_unmeasured_and_nothing_is_written(world: Any, run_folder: Path) -> None:
    calls, made = world(run_folder)
    told = made.estimate()
    assert not told.measured and told.calls.low < told.calls.likely < told.calls.high and told.tokens is None
    assert "(unmeasured)" in str(told) and "nothing was sent" in str(told)
    assert calls() == 0 and not run_folder.exists()


def test_an_optimizer_that_declares_nothing_has_a_wide_range() -> None:
    work = Optimizer().expected(Size(40, 40, 1, 0))
    assert work.rollouts.high > 10 * work.rollouts.low and work.teacher == NOTHING


def test_an_estimate_is_one_line_that_a_person_can_read() -> None:
    told = Estimate(
        True, Range(1200, 1840, 2400), Range(1, 1, 1), Range(1e5, 2e5, 3e5), Range(2.4, 3.1, 4.2), Range(300, 720, 900),
        "3 usd", 40, "measured on 2 recorded runs of the application",
    )  # fmt: skip
    assert str(told).splitlines()[0] == (
        "estimate: 1,840 calls (1,200–2,400) · 200,000 tokens (100,000–300,000) · $3.10 (2.40–4.20) · "
        "12 min (5–15) · nothing was sent"
    )


def test_the_folder_of_another_run_and_patterns_that_match_nothing_are_said(run_folder: Path) -> None:
    taught(run_folder)[1].fit()
    told = taught(run_folder, seed=5)[1].estimate()
    assert told.recorded == 0 and "the folder holds another run" in str(told) and "seed" in str(told)
    assert taught(run_folder)[1].estimate().recorded > 0


def test_what_is_frozen_is_no_part_of_the_estimate_and_is_frozen_once_by_the_run() -> None:
    """Before the first rows were run, the network is shaped for the estimate alone."""
    seen: list[dict[str, bool]] = []

    def made(freeze: str) -> Trainer:
        def shape(network: Network) -> None:
            seen.append({name: p.trainable for name, p in network.named_parameters().items()})
            network.freeze(freeze)

        rows = [{"inputs": {"messages": f"text {n}"}, "expected": {"desk": "news"}} for n in range(60)]
        given = {"optimizer": "textual-gradient", "teacher": ScriptedChat(lambda m, k: ""), "probes": 2}
        return Trainer(DESK, "exact_match", rows, **given, shape=shape)

    frozen = made("sort/*")
    first, second = frozen.estimate(), frozen.estimate()
    assert first == second and seen[0] == seen[1] and any(seen[0].values())
    assert all(p.trainable == seen[0][name] for name, p in frozen.network.named_parameters().items())
    free = made("later/*").estimate()
    assert "No parameter matches 'later/*'" in free.note
    assert free.calls.likely > first.calls.likely
