"""Three applications on simulated worlds: two nodes, six with a loop and a fan-out, and a DSPy program of two hops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import dspy
from langchain_core.language_models import BaseChatModel
from langgraph.graph import START, StateGraph
from learning.six_steps import six_steps
from typing_extensions import TypedDict

from llmdl_dspy import as_lm
from llmdl_plugins.testing import SimulatedChat, Simulator

LOOK = "Find the format of the ticket."
ANSWER = "Answer the ticket."


class Ticket(TypedDict, total=False):
    """A question, what was found for it, and its answer."""

    question: str
    record: str
    answer: str


def two_nodes(model: BaseChatModel) -> Any:
    """A LangGraph of two nodes."""

    async def look(state: Ticket) -> Ticket:
        return {"record": (await model.ainvoke([("system", LOOK), ("user", state["question"])])).text}

    async def answer(state: Ticket) -> Ticket:
        return {"answer": (await model.ainvoke([("system", ANSWER), ("user", state["record"])])).text}

    built = StateGraph(Ticket).add_node("look", look).add_node("answer", answer)
    return built.add_edge(START, "look").add_edge("look", "answer").compile()


class TwoHops(dspy.Module):  # type: ignore[misc]
    """A DSPy program of two predictors."""

    def __init__(self, model: BaseChatModel) -> None:
        super().__init__()
        self.look = dspy.Predict(dspy.Signature("question -> record", LOOK))
        self.reply = dspy.Predict(dspy.Signature("record -> answer", ANSWER))
        self.set_lm(as_lm(model))

    def forward(self, question: str) -> Any:
        return self.reply(record=self.look(question=question).record)

    async def aforward(self, question: str) -> Any:
        return await self.reply.acall(record=(await self.look.acall(question=question)).record)


@dataclass(frozen=True)
class Application:
    """One application and its world.

    Args:
        skill: the world.
        built: over a chat model.
        prompts: names of the prompts, in the order in which the world's truth takes them.
        first: the node that reads the row.
        calls: of one run, at most.
        runs: that training may take.
    """

    skill: str
    built: Callable[[BaseChatModel], Any]
    prompts: Sequence[str]
    first: str
    calls: int
    runs: int

    def made(self, seed: int) -> tuple[Simulator, Any, SimulatedChat]:
        """A world, the application in it, and a teacher who knows it."""
        simulator = Simulator(skill=self.skill, seed=seed)
        return simulator, self.built(SimulatedChat(simulator=simulator)), SimulatedChat(simulator=simulator)


APPLICATIONS = {
    "LangGraph, 2 nodes": Application("coupled", two_nodes, ("look/prompt", "answer/prompt"), "look", 2, 400),
    "LangGraph, fan-out and loop": Application(
        "blame",
        six_steps,
        tuple(f"{node}/prompt" for node in ("read", "north", "south", "join", "review", "reply")),
        "read",
        8,
        200,
    ),
    "DSPy, 2 hops": Application("coupled", TwoHops, ("look/instructions", "reply/instructions"), "look", 2, 400),
}
