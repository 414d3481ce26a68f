"""A search that is after cost: about the same answers for less; what loses more than the margin is not taken."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from langgraph.graph import END, START, StateGraph

from llmdl_plugins import Prompt, Sequential, Trainer, trainable
from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.containers.vote import Vote
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.report.page import write_report
from llmdl_plugins.run.aim import Aim
from llmdl_plugins.searches.evolution import Evolution
from llmdl_plugins.testing import SimulatedChat, Simulator
from llmdl_plugins.testing.spaces.catalogue import space_world
from llmdl_plugins.testing.spaces.problem import SpaceProblem

from .conftest import tickets

AIM = "cost, 10 points"


def dear(simulator: Simulator, most: int = 5) -> Sequential:
    """A prompt that knows both rules, drawn five times; one that knows a single rule is shorter."""
    model, world = SimulatedChat(simulator=simulator, temperature=0), simulator.world
    texts = {"both": f"{world.rule(0)} {world.rule(1)}", "one": world.rule(0)}
    prompts = {name: Prompt(model, text, "question", "answer") for name, text in texts.items()}
    for prompt in prompts.values():
        prompt.instruction.freeze("the space is about choices")
    asked = Vote(Choice(prompts), most, target="answer")
    if most == 2:
        asked.draws.default = 1
        asked.draws.freeze("one draw")
    return Sequential(asked)


def searched(root: Sequential, simulator: Simulator, strategy: str, **options: Any) -> Any:
    if lacks := [name for name in catalogue("searches")[strategy].spec.requires if find_spec(name) is None]:
        pytest.skip(f"not installed: {', '.join(lacks)}")
    data = [tickets(simulator, split) for split in ("train", "val", "test")]
    return Trainer(trainable(root), "exact_match", *data, optimizer=strategy, aim=AIM, **options).fit()


@pytest.mark.parametrize("strategy", ["random", "halving", "evolution", "tpe", "portfolio"])
def test_five_draws_of_one_answer_are_cut_to_one(strategy: str, simulator: Simulator) -> None:
    result = searched(dear(simulator), simulator, strategy)
    assert result.status == "improved" and list(result.values.values()) == [1]
    assert result.gain == 0 and result.cost.unit == "tokens" and 0.19 < result.cost.share < 0.21
    assert "not worse by 10 points, at 20 % of the tokens" in str(result)


def test_what_is_cheaper_and_loses_more_is_not_taken(simulator: Simulator) -> None:
    result = searched(dear(simulator, most=2), simulator, "portfolio")
    assert result.status == "no gain shown" and result.values == {} and result.accepted == 0


def test_the_aim_belongs_to_the_run_and_stands_in_its_report(simulator: Simulator, tmp_path: Path) -> None:
    searched(dear(simulator), simulator, "halving", folder=tmp_path / "run")
    told = json.loads((tmp_path / "run/result.json").read_text())
    assert told["margin"] == 0.1 and told["cost"]["before"] > 4 * told["cost"]["after"]
    page = write_report(tmp_path / "run").read_text()
    assert "Not worse by 10 points, at 20 % of the tokens" in page and "It is cheaper and not worse" in page
    with pytest.raises(MisuseError, match="aim"):
        data = [tickets(simulator, split) for split in ("train", "val", "test")]
        Trainer(trainable(dear(simulator)), "exact_match", *data, optimizer="halving", folder=tmp_path / "run").fit()


def test_beliefs_about_scores_do_not_look_for_cost(simulator: Simulator) -> None:
    with pytest.raises(MisuseError, match="take portfolio"):
        searched(dear(simulator), simulator, "structured")


def test_too_few_sealed_rows_for_the_margin_are_named_before_anything_is_paid(simulator: Simulator) -> None:
    said: list[str] = []
    data = [tickets(simulator, split, 30) for split in ("train", "val", "test")]
    Trainer(
        trainable(dear(simulator)),
        "exact_match",
        *data,
        optimizer="halving",
        aim="cost, 3 points",
        watcher=lambda event: said.append(getattr(event, "text", "")),
    ).fit()
    assert any("30 sealed rows can't show" in text and "takes 125" in text for text in said)


async def test_most_of_what_can_be_saved_without_loss_is_found_where_the_truth_is_known() -> None:
    shares = []
    for seed in range(4):
        world = space_world("mixed", seed)
        problem = SpaceProblem(world, 2000, seed, Aim(0.05))
        await Evolution().optimize(problem)
        number = world.numbers[problem.returned]
        assert world.accuracy[number] > world.accuracy[0] - 0.1
        shares.append(world.cost[number] / world.cost[0])
    assert sum(shares) / 4 < 0.5


class State(TypedDict, total=False):
    question: str
    plan: str
    answer: str


def planning(simulator: Simulator) -> Any:
    """A plan that nobody reads, an answer, and a check that only repeats it."""
    model, rules = SimulatedChat(simulator=simulator, temperature=0), simulator.world
    both = f"{rules.rule(0)} {rules.rule(1)}"

    def asked(text: str, target: str) -> Any:
        return lambda state: {target: model.invoke([SystemMessage(text), HumanMessage(state["question"])]).text}

    builder = StateGraph(State).add_node("think", asked("Make a plan.", "plan"))
    builder.add_node("solve", asked(both, "answer")).add_node("check", asked(both, "answer"))
    builder.add_edge(START, "think").add_edge("think", "solve").add_edge("solve", "check").add_edge("check", END)
    return builder.compile()


def test_nodes_of_a_graph_that_do_not_earn_their_calls_are_left_out(simulator: Simulator) -> None:
    space = {"recipes": [{"recipe": "leave-out", "node": node} for node in ("think", "solve", "check")]}
    data = [tickets(simulator, split) for split in ("train", "val", "test")]
    graph = planning(simulator)
    result = Trainer(graph, "exact_match", *data, optimizer="portfolio", space=space, aim=AIM).fit()
    assert result.status == "improved" and "not worse by 10 points" in str(result)
    assert result.cost is not None and result.cost.share < 0.5
    left = {name.partition("/")[0] for name, option in result.values.items() if option == "leave-out"}
    assert len(left) == 2 and "think" in left, "the answer is given once"
    before = simulator.counts["calls"]
    with result.network.using(result.values):
        result.network.invoke(data[2][0]["inputs"])
    assert simulator.counts["calls"] == before + 1
