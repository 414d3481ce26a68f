"""GEPA trains any network: each prompt is told its own faults, the budget holds, and a run that ended goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmdl_gepa import network_adapter
from llmdl_gepa.optimizer import GEPA
from llmdl_plugins import Prompt, Sequential, Trainer, trainable
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.network import Network
from llmdl_plugins.run.events import Told
from llmdl_plugins.testing import ScriptedChat, SimulatedChat, Simulator

from ..dspy.agents import two_nodes


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What GEPA was given to reflect on."""
    seen: list[Any] = []
    own = network_adapter.NetworkAdapter.make_reflective_dataset

    def noted(self: Any, candidate: Any, batch: Any, components: Any) -> Any:
        seen.append(own(self, candidate, batch, components))
        return seen[-1]

    monkeypatch.setattr(network_adapter.NetworkAdapter, "make_reflective_dataset", noted)
    yield seen


def two_prompts(simulator: Simulator) -> Network:
    model = SimulatedChat(simulator=simulator)
    first, second = simulator.start
    return trainable(Sequential(Prompt(model, first, "question", "record"), Prompt(model, second, "record", "answer")))


def trained(net: Network, simulator: Simulator, optimizer: Any = None, **more: Any) -> Any:
    splits = [
        [{**row, "expected": {"answer": row["expected"]}} for row in simulator.dataset(split, 40)]
        for split in ("train", "val", "test")
    ]
    return Trainer(
        net, "exact_match", *splits, optimizer=optimizer or GEPA(), teacher=SimulatedChat(simulator=simulator), **more
    )


def test_a_langgraph_agent_is_trained_at_both_nodes(records: list[Any]) -> None:
    simulator = Simulator(skill="coupled", seed=3)
    net = trainable(two_nodes.built(SimulatedChat(simulator=simulator)))
    result = trained(net, simulator).fit()
    assert result.status == "improved" and set(result.parameters) == {"look/prompt", "answer/prompt"}
    assert result.parameters["answer/prompt"]["after"].endswith("Answer this ticket: {record}")
    first = records[0]
    words = {name: {one["Feedback"] for one in told} for name, told in first.items()}
    assert words.keys() == {"look/prompt", "answer/prompt"} and words["look/prompt"] != words["answer/prompt"]
    # Each is shown what its own step read.
    assert all(one["Inputs"].startswith("Ticket T") for one in first["look/prompt"])


def test_without_a_critic_each_step_is_told_the_words_of_the_loss(records: list[Any]) -> None:
    simulator = Simulator(skill="coupled", seed=3)
    trained(two_prompts(simulator), simulator, GEPA(feedback="loss")).fit()
    words = [one["Feedback"] for told in records[0].values() for one in told]
    assert {w for w in words if w != network_adapter.RIGHT} and network_adapter.NOT_BLAMED not in words
    assert simulator.counts["role:critic"] == 0


def test_where_a_critic_blames_nothing_each_step_is_told_the_words_of_the_loss(records: list[Any]) -> None:
    """As of a teacher that gives back what it was asked: nobody is told to be right where the result was wrong."""
    teacher = ScriptedChat(lambda messages, kwargs: "I'm sorry, but I can't help with that.")
    net = trainable(Prompt(ScriptedChat(lambda messages, kwargs: "no"), "Answer.", "question", "answer"))
    rows = [{"inputs": {"question": f"item {n}"}, "expected": "yes"} for n in range(60)]
    Trainer(net, "exact_match", rows, optimizer=GEPA(), teacher=teacher, budget="200 calls").fit()
    assert {one["Feedback"] for one in records[0]["instruction"]} == {"got 'no', expected 'yes'."}


def test_of_one_prompt_the_words_of_the_loss_stand_before_the_critics(records: list[Any]) -> None:
    """Very small critics say no more than that the prompt lacks something."""
    teacher = ScriptedChat(lambda messages, kwargs: "The prompt lacks a step.")
    net = trainable(Prompt(ScriptedChat(lambda messages, kwargs: "no"), "Answer.", "question", "answer"))
    rows = [{"inputs": {"question": f"item {n}"}, "expected": "yes"} for n in range(60)]
    Trainer(net, "exact_match", rows, optimizer=GEPA(), teacher=teacher, budget="200 calls").fit()
    told = {one["Feedback"] for one in records[0]["instruction"]}
    assert told == {"got 'no', expected 'yes'. The prompt lacks a step."}


def test_what_is_blamed_less_than_others_is_left_as_it_is() -> None:
    told = {("a", "1"): "wrong", ("a", "2"): "wrong", ("b", "1"): "wrong", ("c", "2"): "wrong", ("c", "3"): "wrong"}
    assert network_adapter.most_blamed(["a", "b", "c", "d"], told) == ["a", "c"]
    assert network_adapter.most_blamed(["b", "d"], told) == ["b"]
    assert network_adapter.most_blamed(["d", "e"], told) == ["d", "e"]


def test_where_no_row_ever_has_the_highest_score_those_near_the_best_are_to_be_kept(records: list[Any]) -> None:
    """As with a judge that gives 0.8 at the most: critics hear of the others alone."""

    def answer(messages: Any, kwargs: Any) -> str:
        is_easy = int(str(messages[-1].content).split()[-1]) % 2
        return "yes" if is_easy or "say yes" in str(messages[0].content) else "no"

    teacher = ScriptedChat(
        lambda messages, kwargs: "```\nAlways say yes.\n```" if "```" in str(messages) else "Say yes."
    )
    net = trainable(Prompt(ScriptedChat(answer), "Answer.", "question", "answer"))
    judge = lambda prediction, gold: 0.8 if gold in str(prediction) else 0.2  # noqa: E731
    rows = [{"inputs": {"question": f"item {n}"}, "expected": "yes"} for n in range(60)]
    result = Trainer(net, judge, rows, optimizer=GEPA(), teacher=teacher, budget="600 calls").fit()
    assert result.values == {"instruction": "Always say yes."}
    words = [(int(str(one["Inputs"])[5:]) % 2, one["Feedback"]) for one in records[0]["instruction"]]
    assert {easy for easy, said in words if said == network_adapter.NEAR} == {1}
    asked = [
        int(n) for call in teacher.calls if "Give feedback" in call.text for n in re.findall(r"item (\d+)", call.text)
    ]
    assert asked and not any(n % 2 for n in asked)


@pytest.mark.parametrize(
    ("budget", "spent", "most"),
    [("480 calls", "calls", 480), ("40000 tokens", "tokens", 40000), ("0.04 usd", "usd", 0.04)],
)
def test_it_ends_before_a_round_that_the_budget_cannot_hold(budget: str, spent: str, most: float) -> None:
    simulator, told = Simulator(skill="coupled", seed=3), list[str]()
    watch = lambda event: told.append(event.text) if isinstance(event, Told) else None  # noqa: E731
    prices = {"*": (1.0, 1.0)}
    result = trained(two_prompts(simulator), simulator, budget=budget, prices=prices, watcher=watch).fit()
    assert most / 4 < result.spent[spent] <= most and result.proposed == 1
    assert not any("was stopped" in text for text in told)


def test_a_run_that_ended_comes_to_the_same_without_a_call(tmp_path: Path) -> None:
    simulator = Simulator(skill="coupled", seed=3)
    first = trained(two_prompts(simulator), simulator, folder=tmp_path / "run").fit()
    paid = simulator.counts["calls"]
    again = trained(two_prompts(simulator), simulator, folder=tmp_path / "run").fit()
    assert simulator.counts["calls"] == paid and again.parameters == first.parameters and again.after == first.after


def test_bad_settings_are_misuse() -> None:
    with pytest.raises(MisuseError, match='write "own"'):
        GEPA(feedback="blame")
    simulator = Simulator(skill="coupled", seed=3)
    net = two_prompts(simulator)
    with pytest.raises(Exception, match="gepa failed inside GEPA"):
        trained(net, simulator, GEPA(module_selector="nonsense")).fit()
