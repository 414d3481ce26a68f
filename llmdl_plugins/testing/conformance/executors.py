"""What an executor promises."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

from llmdl_plugins.data import Example
from llmdl_plugins.run.executor import Executor, resolve
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.testing.conformance.case import Case
from llmdl_plugins.testing.conformance.desk import desk
from llmdl_plugins.testing.conformance.training import Ran, folder, ran

_SAME = ("status", "score", "output")


class ExecutorCases(Case):
    """It runs the rows of a small agent, which another process loads by the name of its file."""

    kind = "executors"
    workers: ClassVar[int | None] = None
    seconds: ClassVar[float] = 120.0

    def made(self) -> Executor:
        """The executor, new."""
        return self.target(self.workers)  # type: ignore[no-any-return]

    def ran(self, optimizer: Optimizer, place: Path, executor: Any) -> Ran:
        """One run of the trainer."""
        origin = {"target": desk().target}
        made = {"executor": executor, "origin": origin, "seconds": self.seconds}
        return ran(optimizer, desk().network(), desk().simulator, place, **made)

    def test_it_is_an_executor(self) -> None:
        """It is made from a number of workers, or None, and has `opened`, an asynchronous context manager."""
        resolve(self.made())

    def test_a_run_comes_to_the_same_as_in_one_process(self) -> None:
        """Scores, errors of the application, verdicts and calls are those of a run in this process alone."""
        here, there = _Rows(), _Rows()
        with folder() as one, folder() as other:
            alone, away = self.ran(here, one, "local"), self.ran(there, other, self.made())
            calls = _paid(one), _paid(other)
        assert there.rollouts == here.rollouts, _differing(here.rollouts, there.rollouts)
        assert away.figures == alone.figures, f"the run came to {away.figures}, in this process to {alone.figures}"
        assert calls[0] == calls[1], f"{calls[1]} calls were paid for, in this process {calls[0]}"

    def test_a_run_that_goes_on_pays_nothing_twice(self) -> None:
        """The same run on the same folder pays for nothing again, and comes to the same."""
        with folder() as place:
            first = self.ran(_Rows(), place, self.made())
            paid = _paid(place)
            second = self.ran(_Rows(), place, self.made())
            assert _paid(place) == paid, f"{_paid(place) - paid} calls more were paid for"
        assert second.figures == first.figures, f"it came to {second.figures}, and before to {first.figures}"


class _Rows(Optimizer):
    """Runs rows, one of which the application can't read, and proposes one text."""

    name = "rows"

    def __init__(self) -> None:
        self.rollouts: list[dict[str, Any]] = []

    async def optimize(self, problem: Problem) -> None:
        unreadable = Example({"question": "unreadable"}, {"answer": "1"}, "unreadable")
        (name,) = problem.parameters
        text = f"{problem.value(name)} {desk().simulator.world.rule(0)}"
        found = await problem.evaluate([{}, {name: text}], [*problem.train, unreadable])
        self.rollouts = [{key: getattr(rollout, key) for key in _SAME} for rollout in found]
        await problem.propose({name: text}, "a rule")


def _paid(place: Path) -> int:
    with closing(sqlite3.connect(place / "ledger.db")) as db:
        return int(db.execute("SELECT count(*) FROM calls").fetchone()[0])


def _differing(here: list[dict[str, Any]], there: list[dict[str, Any]]) -> str:
    for n, (one, other) in enumerate(zip(here, there, strict=False)):
        if one != other:
            return f"rollout {n} is {other}, in this process {one}"
    return f"{len(there)} rollouts came back, in this process {len(here)}"
