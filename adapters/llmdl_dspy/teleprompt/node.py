"""One prompt of a network as a `dspy.Predict`: its instructions are the text, its demos the worked examples."""

from __future__ import annotations

import copy
from typing import Any

import dspy


class Node(dspy.Predict):  # type: ignore[misc]
    """Stands for a text parameter; the network runs it, never DSPy.

    Args:
        name: of the parameter.
        text: in force before training.
        role: what it is for, in words that a teacher reads.
        demos: worked examples in force before training.
    """

    def __init__(self, name: str, text: str, role: str, demos: Any = ()) -> None:
        fields = {
            "input": (str, dspy.InputField(desc=f"what the step of {name} reads")),
            "output": (str, dspy.OutputField(desc=f"what the step of {name} answers")),
        }
        super().__init__(dspy.Signature(fields, text or role or "Answer."))
        self.name, self.demos = name, [dspy.Example(**demo) for demo in demos]
        self.first = self.signature.instructions  # as DSPy keeps it: without common indentation

    def __deepcopy__(self, memo: Any) -> Node:
        """A copy with a signature of its own: InferRules writes into it, and ordinary copies share the class."""
        made = object.__new__(type(self))
        memo[id(self)] = made
        held = {k: v for k, v in vars(self).items() if k not in ("signature", "lm")}
        made.__dict__.update(copy.deepcopy(held, memo))
        made.signature = self.signature.with_instructions(self.signature.instructions)
        made.lm = self.lm  # DSPy never changes one: it makes another
        return made

    @property
    def text(self) -> str | None:
        """The new text; None where it is the first one."""
        said = str(self.signature.instructions)
        return None if said == self.first else said

    def forward(self, **kwargs: Any) -> Any:
        """Not on its own."""
        raise TypeError(f"{self.name} runs inside its network only.")
