"""A DSPy program of two predictors on a client of DSPy, as somebody would write it."""

import os

import dspy


class Desk(dspy.Module):
    """Notes a first thought, and answers the ticket."""

    def __init__(self) -> None:
        super().__init__()
        self.read = dspy.Predict(dspy.Signature("question -> note", "Pass the ticket on."))
        self.solve = dspy.Predict(dspy.Signature("question, note -> answer", "Answer with the number only."))

    def forward(self, question: str) -> dspy.Prediction:
        """One ticket."""
        return self.solve(question=question, note=self.read(question=question).note)


dspy.configure(lm=dspy.LM("openai/mock", api_base=os.environ["OPENAI_BASE_URL"], api_key="k", cache=False))
program = Desk()
