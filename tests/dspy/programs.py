"""DSPy programs as people write them."""

from __future__ import annotations

from typing import Any

import dspy


class Inner(dspy.Module):
    """Two predictors, one in a list."""

    def __init__(self) -> None:
        super().__init__()
        self.draft = dspy.ChainOfThought("question -> draft")
        self.parts = [dspy.Predict("draft -> answer", temperature=0.5)]

    def forward(self, question: str) -> Any:
        return self.parts[0](draft=self.draft(question=question).draft)

    async def aforward(self, question: str) -> Any:
        return await self.parts[0].acall(draft=(await self.draft.acall(question=question)).draft)


class Nested(dspy.Module):
    """A module in a module, with a typed output."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Inner()
        self.last = dspy.Predict("answer -> number: int")

    def forward(self, question: str) -> Any:
        return self.last(answer=self.inner(question=question).answer)

    async def aforward(self, question: str) -> Any:
        return await self.last.acall(answer=(await self.inner.acall(question=question)).answer)


class Synchronous(dspy.Module):
    """The same, without `async`."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Inner()
        self.last = dspy.Predict("answer -> number: int")

    def forward(self, question: str) -> Any:
        return self.last(answer=self.inner(question=question).answer)


class Fan(dspy.Module):
    """Work in threads that DSPy starts."""

    def __init__(self) -> None:
        super().__init__()
        self.part = dspy.Predict("q -> number: int")

    def forward(self, q: str) -> Any:
        pairs = [(self.part, {"q": f"{q} {n}"}) for n in range(4)]
        rows = dspy.Parallel(num_threads=4, disable_progress_bar=True)(pairs)
        return dspy.Prediction(total=sum(row.number for row in rows))


def search(query: str) -> str:
    """Looks things up."""
    return f"found {query}"
