"""A small DSPy program that imports nothing of ours but, for its model, a stand-in that is named in the environment."""

import importlib
import os
from typing import Any

import dspy

EMPTY = dspy.Module()


class Hops(dspy.Module):
    """Ask for something, then answer from it."""

    def __init__(self) -> None:
        super().__init__()
        self.ask = dspy.ChainOfThought("question -> query")
        self.answer = dspy.Predict(dspy.Signature("context, question -> answer", "Say whether the number is even."))

    def forward(self, question: str) -> Any:
        found = f"The library has this on {self.ask(question=question).query}."
        return self.answer(context=found, question=question)


module, _, name = os.environ.get("HOPS_MODEL", "").partition(":")
if module:
    dspy.configure(lm=getattr(importlib.import_module(module), name)())
program = Hops()
