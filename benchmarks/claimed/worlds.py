"""Worlds in which nothing can be learned, and applications in them: a layer of ours, and a graph."""

from __future__ import annotations

from typing import Any, TypedDict

from langchain_core.messages import HumanMessage, SystemMessage
from langgraph.graph import END, START, StateGraph

from llmdl_plugins import Network, Prompt, trainable
from llmdl_plugins.testing import SimulatedChat, Simulator

_SWING = 0.5  # so that the model that drifts goes from hardly ever right to nearly always


class State(TypedDict):
    """A ticket and its answer."""

    question: str
    answer: str


def simulator(world: str, seed: int) -> Simulator:
    """The world "null", or "drift"."""
    return Simulator(skill=world, seed=seed, swing=_SWING)


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
