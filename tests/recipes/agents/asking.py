"""A user's DSPy programs, and the model behind them; imports DSPy alone."""

import os
import re
from typing import Any

import dspy
from dspy.lm15 import Message, Response, TextPart, Usage

calls: list[Any] = []


class Engine:
    """Fills in the fields of the programs with what it is told about; else it says what the parts say."""

    def __deepcopy__(self, memo: Any) -> "Engine":
        return self

    def complete(self, request: Any) -> Response:
        messages = [message.text for message in request.messages]
        asked = [request.system or "", *messages]
        calls.append([str(text) for text in asked])
        fields = re.findall(r"\[\[ ## (\w+) ## \]\]", str(asked[-1]).rpartition("Respond")[2])
        told = [f"[[ ## {name} ## ]]\n{sum(map(len, calls[-1]))} characters" for name in fields[:-1]]
        said = "\n\n".join([*told, "[[ ## completed ## ]]"]) if fields else os.environ.get("SAID", "")
        message = Message.assistant([TextPart(said)])
        return Response(id=None, model="asking", message=message, finish_reason="stop", usage=Usage(input_tokens=1))


class AsyncEngine(Engine):
    """The same, asynchronously."""

    async def complete(self, request: Any) -> Response:  # type: ignore[override]
        return super().complete(request)


lm = dspy.LM("asking", engine=Engine(), async_engine=AsyncEngine(), cache=False)
program = dspy.Predict(dspy.Signature("question, text -> answer", "Answer with one word."))


class Desk(dspy.Module):
    """Thinks of something, then answers from it."""

    def __init__(self) -> None:
        super().__init__()
        self.think = dspy.ChainOfThought("question -> thought")
        self.answers = [dspy.Predict(dspy.Signature("question, text, thought -> answer", "Answer with one word."))]

    def forward(self, question: str, text: str) -> Any:
        return self.answers[0](question=question, text=text, thought=self.think(question=question).thought)

    async def aforward(self, question: str, text: str) -> Any:
        thought = (await self.think.acall(question=question)).thought
        return await self.answers[0].acall(question=question, text=text, thought=thought)


desk = Desk()

best = dspy.BestOfN(
    dspy.Predict(dspy.Signature("question, text -> answer", "Answer with one word.")),
    N=2,
    reward_fn=lambda inputs, answer: 0.0,
    threshold=1.0,
)


class Own(dspy.Predict):
    """Asks in words of its own."""

    def forward(self, **kwargs: Any) -> Any:
        return super().forward(**{**kwargs, "question": f"{kwargs['question']}?"})


own = Own("question -> answer")
