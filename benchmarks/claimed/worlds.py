"""Worlds in which nothing can be learned, and applications in them: a layer of ours, and a graph."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from math import sin
from typing import Any, TypedDict

from langchain_core.messages import HumanMessage, SystemMessage
from langgraph.graph import END, START, StateGraph

from llmdl_plugins import Network, Prompt, trainable
from llmdl_plugins.testing import SimulatedChat, Simulator
from llmdl_plugins.testing.settings import Settings
from llmdl_plugins.testing.skills import NullWorld

_SWING, _PACE = 0.35, 60.0


class Wandering(NullWorld):
    """Nothing that a prompt says matters, and the model's form wanders with time: a cycle is some 380 calls."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.calls = 0

    def accuracy(self, prompt: str, kind: int, demos: AbstractSet[int] = frozenset(), shown: str = "") -> float:
        """Better and worse by turns."""
        self.calls += 1
        return 0.5 + _SWING * sin(self.calls / _PACE)


class State(TypedDict):
    """A ticket and its answer."""

    question: str
    answer: str


def simulator(world: str, seed: int) -> Simulator:
    """The world "null", or "wandering"."""
    made = Simulator(skill="null", seed=seed)
    if world == "wandering":
        made.world = Wandering(made.settings)
    return made


def layer(model: SimulatedChat) -> Network:
    """One prompt."""
    return trainable(Prompt(model, "Answer with the number only.", "question", "answer"))


def graph(model: SimulatedChat) -> Any:
    """The same as a graph with one node."""

    def solve(state: State) -> dict[str, Any]:
        sent = [SystemMessage("Answer with the number only."), HumanMessage(state["question"])]
        return {"answer": model.invoke(sent).text}

    made = StateGraph(State).add_node("solve", solve).add_edge(START, "solve").add_edge("solve", END)
    return trainable(made.compile())


def rows(world: Simulator, split: str, n: int) -> list[dict[str, Any]]:
    """Rows that name the key that is compared."""
    return [{**row, "expected": {"answer": row["expected"]}} for row in world.dataset(split, n)]
