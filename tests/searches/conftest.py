"""Applications with choices, whose truth is known."""

from __future__ import annotations

from typing import Any

import pytest

from llmdl_plugins import Module, Parameter, Prompt, Sequential
from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.containers.optional import Optional
from llmdl_plugins.containers.vote import Vote
from llmdl_plugins.plain import digest
from llmdl_plugins.testing import SimulatedChat, Simulator

ROWS = 60


class Guess(Module):
    """Right on a share of the rows that its choices decide; a choice inside an alternative counts only there."""

    def __init__(self, worth: dict[Any, float]) -> None:
        self.worth = worth
        self.width = Parameter("narrow", kind="choice", options=("narrow", "wide"))

    async def forward(self, state: Any) -> Any:
        luck = int(digest(state["question"])[:6], 16) / 16**6
        return {"answer": "right" if luck < self.worth[self.width.value] else "wrong"}


def guessing(direct: float = 0.4, narrow: float = 0.3, wide: float = 0.8) -> Sequential:
    """A choice between two ways, of which only the second has a width, and a switch that changes nothing."""
    ways = {"direct": Guess({"narrow": direct}), "split": Guess({"narrow": narrow, "wide": wide})}
    ways["direct"].width.freeze("there is nothing to choose")
    return Sequential(Choice(ways), Optional(Nothing()))


class Nothing(Module):
    """Changes nothing."""

    async def forward(self, state: Any) -> Any:
        return {}


def questions(split: str, count: int = ROWS) -> list[dict[str, Any]]:
    return [{"inputs": {"question": f"{split} {n}"}, "expected": {"answer": "right"}} for n in range(count)]


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(rules=2, redraw=False)


@pytest.fixture
def answering(simulator: Simulator) -> Sequential:
    """A prompt that knows one rule of two, or both, asked once, three times or five times."""
    model, world = SimulatedChat(simulator=simulator, temperature=0), simulator.world
    texts = {"one": world.rule(0), "both": f"{world.rule(0)} {world.rule(1)}"}
    prompts = {name: Prompt(model, text, "question", "answer") for name, text in texts.items()}
    for prompt in prompts.values():
        prompt.instruction.freeze("the space is about choices")
    asked = Vote(Choice(prompts), target="answer")
    asked.draws.default = 1
    return Sequential(asked)


def tickets(simulator: Simulator, split: str, count: int = ROWS) -> list[dict[str, Any]]:
    return [{**row, "expected": {"answer": row["expected"]}} for row in simulator.dataset(split, count)]
