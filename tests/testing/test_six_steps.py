"""The world `blame` as a real LangGraph: what the graph does is what the world says of its six prompts."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from llmdl_plugins import trainable
from llmdl_plugins.network import Network
from llmdl_plugins.testing import SimulatedChat, Simulator
from llmdl_plugins.testing.worlds.blame import STARTS, STEPS, BlameWorld
from llmdl_plugins.testing.worlds.yardstick import say_to, walked

AGENT = Path(__file__).parents[2] / "benchmarks" / "learning" / "six_steps.py"


@pytest.fixture(scope="module")
def agent() -> ModuleType:
    spec = spec_from_file_location("six_steps_agent", AGENT)
    assert spec and spec.loader
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def network(agent: ModuleType, simulator: Simulator) -> Network:
    return trainable(agent.six_steps(SimulatedChat(simulator=simulator, temperature=0)))


def solved(simulator: Simulator) -> dict[str, str]:
    world = simulator.world
    assert isinstance(world, BlameWorld)
    owned = {step: [world.rule(kind) for kind in range(8) if world.owner(kind) == step] for step in STEPS}
    return {step: " ".join([start, *owned[step]]) for step, start in zip(STEPS, STARTS, strict=True)}


def test_its_six_prompts_are_found_without_a_call(agent: ModuleType) -> None:
    simulator = Simulator(skill="blame", seed=1)
    found = network(agent, simulator).named_parameters()
    assert {name.split("/")[0]: parameter.default for name, parameter in found.items()} == dict(
        zip(STEPS, STARTS, strict=True)
    )
    assert simulator.counts["calls"] == 0


async def test_the_graph_goes_right_as_often_as_the_world_says(agent: ModuleType) -> None:
    simulator = Simulator(skill="blame", seed=1)
    net, prompts = network(agent, simulator), solved(simulator)
    rows = simulator.dataset("test", 200)
    with net.using({f"{step}/prompt": text for step, text in prompts.items()}):
        outs = [await net.ainvoke(row["inputs"]) for row in rows]
    right = sum(out["answer"] == row["expected"] for out, row in zip(outs, rows, strict=True))
    assert right / len(rows) == pytest.approx(simulator.true_score(list(prompts.values())), abs=0.05)


async def test_the_walk_without_langgraph_makes_the_same_calls(agent: ModuleType) -> None:
    here, there = Simulator(skill="blame", seed=2), Simulator(skill="blame", seed=2)
    graph = agent.six_steps(SimulatedChat(simulator=here, temperature=0))
    for row in here.dataset("train", 12):
        out: dict[str, Any] = await graph.ainvoke(row["inputs"])
        assert out["answer"] == walked(there, STARTS, row["inputs"]["question"], say_to(there))[-1][1]
    assert here.counts == there.counts


async def test_a_kind_goes_through_the_loop_as_often_as_the_world_says(agent: ModuleType) -> None:
    simulator = Simulator(skill="blame", seed=1)
    world = simulator.world
    assert isinstance(world, BlameWorld)
    graph = agent.six_steps(SimulatedChat(simulator=simulator, temperature=0))
    for item in world.items("train", 16):
        assert (await graph.ainvoke({"question": item.text}))["turn"] == world.rounds(item.kind)
