"""A program with tools, a nested module, a typed output and a demonstration; it imports DSPy alone."""

from typing import Any

import dspy

SAID: list[str] = []


def search(query: str) -> str:
    """Looks things up."""
    return f"found {query}"


class Carried(dspy.Module):
    """An agent, and a predictor that reads its answer."""

    def __init__(self) -> None:
        super().__init__()
        self.agent = dspy.ReAct("question -> answer", tools=[search])
        self.last = dspy.Predict("answer -> number: int, words: list[str]")
        self.last.demos = [dspy.Example(answer="one", number=1, words=["a"])]

    def forward(self, question: str) -> Any:
        return self.last(answer=self.agent(question=question).answer)


def program() -> Carried:
    """A fresh one."""
    return Carried()
