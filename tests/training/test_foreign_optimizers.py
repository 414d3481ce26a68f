"""An optimizer of somebody else: what it claims is not looked at, and what it does to its values stays its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from llmdl_plugins import Optimizer, Problem, Prompt, Result, Trainer, trainable
from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.errors import MisuseError, PluginError
from llmdl_plugins.layers.demonstrations import Demonstrations
from llmdl_plugins.network import Network
from llmdl_plugins.run.screen import Verdict
from llmdl_plugins.testing import SimulatedChat, Simulator


def world() -> tuple[Simulator, Network]:
    simulator = Simulator(skill="null", seed=5)
    answer = Prompt(SimulatedChat(simulator=simulator), "Answer with the number only.", "question", "answer")
    return simulator, trainable(Choice({"plain": Demonstrations(answer, "question"), "bare": answer}))


def trained(optimizer: Optimizer, net: Network | None = None) -> Result:
    simulator, made = world()
    rows = [simulator.dataset(split, 40) for split in ("train", "val", "test")]
    return Trainer(net or made, "exact_match", *rows, optimizer=optimizer, budget="700 calls").fit()


WON = Verdict(True, 1.0, 40, 0, 0, 0.0, 1.0, "because I say so")


class Claiming(Optimizer):
    """Says that it has won, in every way that it can."""

    async def optimize(self, problem: Problem) -> Any:
        name = next(n for n, p in problem.parameters.items() if p.kind == "text")
        problem.incumbent[name] = "I was never screened."
        problem.verdicts += (WON,)  # type: ignore[misc]
        return {"status": "improved", "gain": 1.0}


class Writing(Claiming):
    """Takes the word `incumbent` at its word."""

    async def optimize(self, problem: Problem) -> Any:
        problem.incumbent = {"instruction": "I was never screened."}  # type: ignore[misc]


@pytest.mark.parametrize("optimizer", [Claiming(), Writing()])
def test_what_was_never_screened_counts_for_nothing(optimizer: Optimizer) -> None:
    with pytest.raises(AttributeError, match="no setter"):
        trained(optimizer)


class Quiet(Optimizer):
    """Only returns what it claims."""

    async def optimize(self, problem: Problem) -> Any:
        problem.incumbent["x"] = "y"
        return WON


def test_what_an_optimizer_returns_is_not_looked_at() -> None:
    result = trained(Quiet())
    assert result.status == "no gain shown" and (result.proposed, result.accepted) == (0, 0) and not result.parameters


def demos(n: int) -> list[dict[str, str]]:
    return [{"input": f"question {k}", "output": str(k)} for k in range(n)]


class Mutating(Optimizer):
    """Writes to everything that it holds."""

    def __init__(self) -> None:
        self.seen = list[Any]()

    async def optimize(self, problem: Problem) -> None:
        name = next(n for n, p in problem.parameters.items() if p.kind == "demos")
        value = demos(2)
        candidate: dict[str, Any] = {name: value}
        before = await problem.evaluate([candidate], problem.train[:4])
        value.clear()
        value.append({"input": "planted", "output": "planted"})
        candidate[name] = "nonsense"
        problem.value(name).append({"input": "planted", "output": "planted"})
        problem.incumbent.clear()
        for rollout in before:
            rollout.tape.steps.clear()
        after = await problem.evaluate([{name: demos(2)}], problem.train[:4])
        self.seen = [[r.score for r in before], [r.score for r in after], problem.value(name)]


def test_what_an_optimizer_does_to_its_values_changes_nothing() -> None:
    optimizer = Mutating()
    result = trained(optimizer)
    before, after, value = optimizer.seen
    assert before == after and value == []
    assert result.status == "no gain shown"


class Tampering(Optimizer):
    """Changes the application instead of proposing."""

    name = "tampering"

    def __init__(self, how: str) -> None:
        self.how = how

    async def optimize(self, problem: Problem) -> None:
        for parameter in problem.parameters.values():
            if self.how == "default" and parameter.kind == "text":
                parameter.default = "Say it twice."
            elif self.how == "in place" and parameter.kind == "demos":
                parameter.default.extend(demos(1))
            elif self.how == "freeze":
                parameter.freeze()


@pytest.mark.parametrize("how", ["default", "in place", "freeze"])
def test_one_that_changes_the_application_itself_is_refused_before_the_seal(how: str) -> None:
    with pytest.raises(PluginError, match="'tampering' changed the application itself"):
        trained(Tampering(how))


@pytest.mark.parametrize("proposed", ["text", None, 3, {"a": 1}, ["a"], [{"input": 1, "output": "x"}]])
def test_a_value_of_another_kind_is_refused(proposed: Any) -> None:
    class Odd(Optimizer):
        async def optimize(self, problem: Problem) -> None:
            await problem.propose(
                {next(n for n, p in problem.parameters.items() if p.kind == "demos"): proposed}, "odd"
            )

    with pytest.raises(MisuseError, match="demonstration"):
        trained(Odd())


def test_threads_that_an_optimizer_starts_change_nothing_and_keep_nobody_waiting() -> None:
    class Threading(Optimizer):
        async def optimize(self, problem: Problem) -> None:
            def write() -> None:
                for _ in range(50):
                    problem.incumbent.update(x="y")
                    time.sleep(0.001)

            threads: Sequence[threading.Thread] = [threading.Thread(target=write, daemon=True) for _ in range(4)]
            for thread in threads:
                thread.start()
            await problem.evaluate([{}], problem.train[:4])

    assert trained(Threading()).status == "no gain shown"
