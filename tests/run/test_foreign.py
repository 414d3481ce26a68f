"""What optimizers of others stand on: rows that stay together, slots that stay, threads that end with the run."""

from __future__ import annotations

import threading
from itertools import count
from typing import Any

import pytest

from llmdl_plugins import Optimizer, Problem, Prompt, Trainer, trainable
from llmdl_plugins.data import Example
from llmdl_plugins.errors import MisuseError, PluginError, Stopped
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.run.foreign.bridge import Bridge
from llmdl_plugins.run.foreign.candidate import Candidate, with_slots
from llmdl_plugins.run.foreign.halves import halves
from llmdl_plugins.testing import SimulatedChat, Simulator


def test_rows_of_a_group_are_on_one_side_and_a_seed_cuts_the_same() -> None:
    rows = [Example({"q": n}, n, str(n), group=str(n // 4) if n < 16 else None) for n in range(40)]
    train, val = halves(rows, 3)
    assert sorted(r.id for r in (*train, *val)) == sorted(r.id for r in rows)
    assert not {r.group for r in train if r.group} & {r.group for r in val if r.group}
    assert 16 <= len(val) <= 24 and halves(rows, 3) == (train, val) and halves(rows, 4) != (train, val)
    assert [len(part) for part in halves(rows[:4], 0)] == [4, 0]  # one group alone is never parted


def test_a_slot_that_is_there_brings_no_line_back() -> None:
    parameter = Parameter("Be kind.\nTicket: {a}\nKind: {b}", slots=["a", "b"])
    assert with_slots("See {a}.", parameter) == "See {a}.\nKind: {b}"
    assert with_slots("See {a} and {b}.", parameter) == "See {a} and {b}."


class Foreign(Optimizer):
    """Works in a thread as optimizers of others do."""

    name = "foreign"

    def __init__(self, work: Any) -> None:
        self._work = work

    async def optimize(self, problem: Problem) -> None:
        """Let it work."""
        bridge = Bridge(problem, self.name, "a package")
        await bridge.proposed(lambda: self._work(bridge))


def trained(work: Any, **more: Any) -> Any:
    simulator = Simulator(skill="rule", rules=2, seed=3)
    net = trainable(Prompt(SimulatedChat(simulator=simulator), simulator.start[0], "question", "answer"))
    rows = [
        [{**row, "expected": {"answer": row["expected"]}} for row in simulator.dataset(split, 24)]
        for split in ("train", "val", "test")
    ]
    return Trainer(net, "exact_match", *rows, optimizer=Foreign(work), **more).fit(), simulator


def test_its_thread_is_stopped_when_the_run_ends() -> None:
    ended = threading.Event()

    def work(bridge: Bridge) -> Candidate:
        def goes_on() -> None:
            try:
                while True:
                    bridge.run(Candidate({}), bridge.problem.train[:1])
            except Stopped:
                ended.set()

        threading.Thread(target=goes_on, daemon=True).start()
        return Candidate({})

    result, _ = trained(work)
    assert result.status == "no gain shown" and ended.wait(20)


def test_swallowing_a_stop_calls_nothing_more() -> None:
    refused: list[str] = []

    def work(bridge: Bridge) -> Candidate:
        for n in range(100):
            try:
                bridge.run(Candidate({"instruction": f"Answer {n}."}), bridge.problem.train[:8])
            except Stopped as stopped:
                refused.append(stopped.reason)
        return Candidate({})

    result, simulator = trained(work, budget="220 calls")
    (reason,) = set(refused)
    assert reason.startswith("the budget of 220 calls is spent, but for the ")
    assert simulator.counts["calls"] <= 220 and result.proposed == 0


def test_its_best_so_far_is_proposed_where_a_budget_ends_it() -> None:
    def work(bridge: Bridge) -> Candidate:
        for text in ("Answer.", rules, "Answer well."):
            bridge.run(Candidate({"instruction": text}), bridge.problem.train[:12])
        for n in count():
            bridge.run(Candidate({"instruction": f"Again, for the {n}th time."}), bridge.problem.train)
        raise AssertionError("it is stopped before")

    world = Simulator(skill="rule", rules=2, seed=3).world
    rules = " ".join(world.rule(kind) for kind in range(2))
    result, _ = trained(work, budget="300 calls")
    assert result.parameters["instruction"]["after"] == rules and result.status == "improved"


def test_an_error_of_its_own_is_named_as_that_of_the_package() -> None:
    def work(bridge: Bridge) -> Candidate:
        raise AssertionError("k is too large")

    with pytest.raises(PluginError, match="foreign failed inside a package: AssertionError: k is too large"):
        trained(work)


def test_what_cannot_be_tried_scores_nothing_and_is_told_once() -> None:
    scores: list[float] = []

    def work(bridge: Bridge) -> Candidate:
        for _ in range(2):
            scores.extend(o.score for o in bridge.run(Candidate({"instruction": " "}), bridge.problem.train[:3]))
        return Candidate({"instruction": " "})

    result, simulator = trained(work)
    assert scores == [0.0] * 6 and result.proposed == 0 and result.refused == 2
    assert simulator.counts["calls"] == 2  # of the rows that show what a row takes


def test_who_asks_a_teacher_without_one_is_told() -> None:
    def work(bridge: Bridge) -> Candidate:
        with bridge.teaching("teacher/foreign"):
            return Candidate({})

    with pytest.raises(MisuseError, match="foreign asks a teacher, and there is none"):
        trained(work)
