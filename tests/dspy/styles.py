"""DSPy programs in the many styles of their users: a program, what it is given, and what its model says where."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import dspy
from langchain_core.tools import tool
from pydantic import BaseModel, Field

Said = Mapping[str, Callable[[str], Any]]
QUESTION = MappingProxyType({"question": "q"})
NOTHING: Said = MappingProxyType({})
TRAIN = [
    dspy.Example(question=q, answer=a).with_inputs("question") for q, a in (("aa", "1"), ("bbb", "2"), ("cc", "3"))
]


class Style(NamedTuple):
    """A style of programs.

    Args:
        program: makes one.
        given: its inputs.
        says: field → what the model says, by the last message; else it names the field.
        adapter: that is in force.
    """

    program: Callable[[], Any]
    given: Mapping[str, Any] = QUESTION
    says: Said = NOTHING
    adapter: Any = None


def called(name: str, **arguments: Any) -> Said:
    """What an agent says that calls one tool, and ends."""
    return {
        "next_tool_name": lambda last: "finish" if "observation_0" in last else name,
        "next_tool_args": lambda last: {} if "observation_0" in last else arguments,
    }


class Query(BaseModel):
    text: str
    top: int = Field(ge=1, le=5)


def passages(query: Query, language: Literal["en", "de"] = "en") -> list[str]:
    """Finds passages."""
    return [f"{query.text} {n} {language}" for n in range(query.top)]


@tool
def searched(query: str) -> str:
    """Looks things up."""
    return f"found {query}"


async def remote(**arguments: Any) -> str:
    return f"served {arguments}"


def served() -> dspy.Tool:
    """A tool as servers of tools describe theirs: by a schema."""
    args, kinds = {"q": {"type": "string"}}, {"q": str}
    return dspy.Tool(remote, name="served", desc="asks a server", args=args, arg_types=kinds, arg_desc={"q": "what"})


def agent(made: Any) -> Any:
    return dspy.ReAct("question -> answer", tools=[made], max_iters=2)


Python: Any = dspy.Code["python"]


class Look(dspy.Signature):
    """Describe the picture."""

    picture: dspy.Image = dspy.InputField()
    sound: dspy.Audio = dspy.InputField(desc="what is heard")
    code: Python = dspy.OutputField()
    caption: str = dspy.OutputField()


class Seeing(dspy.Module):
    """Pictures, sounds and code."""

    def __init__(self) -> None:
        super().__init__()
        self.look, self.say = dspy.Predict(Look), dspy.ChainOfThought("caption, code -> answer")

    def forward(self, picture: Any, sound: Any) -> Any:
        seen = self.look(picture=picture, sound=sound)
        return self.say(caption=seen.caption, code=seen.code.code)


class Pick(dspy.Signature):
    """Pick tools."""

    question: str = dspy.InputField()
    tools: list[dspy.Tool] = dspy.InputField()
    outputs: dspy.ToolCalls = dspy.OutputField()


class ByHand(dspy.Module):
    """Tools that the program calls itself."""

    def __init__(self) -> None:
        super().__init__()
        self.tools = {"found": dspy.Tool(lambda city: f"sun in {city}", name="found", desc="tells the weather")}
        self.pick, self.say = dspy.Predict(Pick), dspy.Predict("question, results: list[str] -> answer")

    def forward(self, question: str) -> Any:
        calls = self.pick(question=question, tools=[*self.tools.values()]).outputs.tool_calls
        return self.say(question=question, results=[str(self.tools[c.name](**c.args)) for c in calls])


class Think(dspy.Signature):
    """Think hard."""

    question: str = dspy.InputField()
    reasoning: dspy.Reasoning = dspy.OutputField()
    answer: str = dspy.OutputField()


class Loud(dspy.ChatAdapter):  # type: ignore[misc]
    """An adapter of the user's on top of DSPy's."""

    def format_task_description(self, signature: Any) -> str:
        return f"LOUD: {super().format_task_description(signature)}"


class Terse(dspy.Adapter):  # type: ignore[misc]
    """An adapter of the user's own."""

    def format(self, signature: Any, demos: Any, inputs: Any) -> Any:
        asks = "".join(f"`[[ ## {name} ## ]]`" for name in signature.output_fields)
        told = "\n".join(f"{name}: {value}" for name, value in inputs.items())
        shown = [str(dict(demo)) for demo in demos]
        return [
            {"role": "system", "content": signature.instructions},
            {"role": "user", "content": "\n".join([*shown, told, f"Respond with {asks}"])},
        ]

    def parse(self, signature: Any, completion: str) -> Any:
        pieces = completion.split("[[ ## ")[1:]
        found = {piece.partition(" ## ]]")[0]: piece.partition("\n")[2].strip() for piece in pieces}
        return {name: found[name] for name in signature.output_fields}


class Draft(dspy.Module):
    """Two steps, without `async`."""

    def __init__(self) -> None:
        super().__init__()
        self.draft, self.last = dspy.ChainOfThought("question -> draft"), dspy.Predict("draft -> answer")

    def forward(self, question: str) -> Any:
        return self.last(draft=self.draft(question=question).draft)


class Streaming(Draft):
    """The first step as a stream, in the midst of the program."""

    async def aforward(self, question: str) -> Any:
        heard = [dspy.streaming.StreamListener(signature_field_name="draft")]
        said: Any = None
        async for chunk in dspy.streamify(self.draft, stream_listeners=heard)(question=question):
            said = chunk if isinstance(chunk, dspy.Prediction) else said
        return await self.last.acall(draft=said.draft)


def tried() -> Any:
    """A choice among refinements."""
    refined = dspy.Refine(Draft(), N=2, reward_fn=lambda given, made: 0.3, threshold=0.9)
    return dspy.BestOfN(refined, N=2, reward_fn=lambda given, made: 0.5, threshold=0.9)


class Warm(Draft):
    """A model of its own at one predictor, and one that is set on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.draft.set_lm(dspy.settings.lm.copy(temperature=0.7, rollout_id=2))

    def forward(self, question: str) -> Any:
        with dspy.context(lm=dspy.settings.lm.copy(temperature=0.2)):
            return super().forward(question)


class Joined(dspy.Module):
    """One step for each of several, and one that joins them."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.join = dspy.ChainOfThought("question -> draft"), dspy.Predict("drafts: list[str] -> answer")


class Batches(Joined):
    """In a batch."""

    def forward(self, question: str) -> Any:
        rows = [dspy.Example(question=f"{question} {n}").with_inputs("question") for n in range(3)]
        made = self.one.batch(rows, num_threads=2, disable_progress_bar=True)
        return self.join(drafts=[one.draft for one in made])


class Gathered(Joined):
    """At once, on the loop."""

    async def aforward(self, question: str) -> Any:
        made = await asyncio.gather(*(self.one.acall(question=f"{question} {n}") for n in range(3)))
        return await self.join.acall(drafts=[one.draft for one in made])


class Asyncified(Joined):
    """At once, in threads."""

    async def aforward(self, question: str) -> Any:
        one = dspy.asyncify(self.one)
        made = await asyncio.gather(*(one(question=f"{question} {n}") for n in range(3)))
        return await self.join.acall(drafts=[row.draft for row in made])


def lengths(texts: list[str]) -> Any:
    return [[float(len(text)), float(text.count("a"))] for text in texts]


class Nearest(dspy.Module):
    """Examples that are looked up for each question."""

    def __init__(self) -> None:
        super().__init__()
        self.near = dspy.KNN(2, TRAIN, dspy.Embedder(lengths))
        self.say = dspy.Predict("question -> answer")

    def forward(self, question: str) -> Any:
        return self.say(question=question, demos=self.near(question=question))


class Person(BaseModel):
    name: str = Field(min_length=1)
    age: int = Field(ge=0, le=150, description="in years")
    role: Literal["boss", "worker"] | None = None


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Extract(dspy.Signature):
    """Find people."""

    question: str = dspy.InputField()
    people: list[Person] = dspy.OutputField()
    colour: Colour = dspy.OutputField()
    sure: float = dspy.OutputField(ge=0, le=1)


TYPED: Said = {"people": lambda _: [{"name": "A", "age": 3}], "colour": lambda _: "red", "sure": lambda _: 0.5}


class Longer(dspy.Module):
    """A signature that is made longer for each call."""

    def __init__(self) -> None:
        super().__init__()
        self.say = dspy.Predict("question -> answer")

    def forward(self, question: str) -> Any:
        longer = self.say.signature.append("sure", dspy.OutputField(desc="how sure"), type_=str)
        return self.say(question=question, signature=longer)


class Talk(dspy.Signature):
    """Chat along."""

    question: str = dspy.InputField()
    history: dspy.History = dspy.InputField()
    answer: str = dspy.OutputField()


class Talking(dspy.Module):
    """A conversation of two turns."""

    def __init__(self) -> None:
        super().__init__()
        self.chat = dspy.ChainOfThought(Talk)

    def forward(self, question: str) -> Any:
        first = self.chat(question=question, history=dspy.History(messages=[]))
        past = dspy.History(messages=[{"question": question, **first}])
        return self.chat(question="again", history=past)


class Several(dspy.Module):
    """Several answers to one call, and who chooses."""

    def __init__(self) -> None:
        super().__init__()
        self.say = dspy.Predict("question -> answer", n=2, temperature=0.9)
        self.judge = dspy.Predict("question, answers: list[str] -> answer")

    def forward(self, question: str) -> Any:
        return self.judge(question=question, answers=[*self.say(question=question).completions.answer])


class InPassing(dspy.Module):
    """Predictors that are made as it runs, beside its own, and a call of the model itself."""

    def __init__(self) -> None:
        super().__init__()
        self.say = dspy.Predict("question, hint -> answer")

    def forward(self, question: str) -> Any:
        hint = dspy.Predict(dspy.Signature("question -> hint", "Give a hint."))(question=question).hint
        (more,) = dspy.settings.lm(messages=[{"role": "user", "content": hint}])
        return self.say(question=question, hint=more)


class Copying(dspy.Module):
    """Copies of a predictor with other options."""

    def __init__(self) -> None:
        super().__init__()
        self.say = dspy.Predict("question -> answer")

    def forward(self, question: str) -> Any:
        copy = self.say.deepcopy()
        copy.config = {"temperature": 0.3}
        return self.say.reset_copy()(question=copy(question=question).answer)


def compiled() -> Any:
    """What an optimizer of DSPy made, saved as JSON and loaded."""
    path, made = Path(tempfile.mkdtemp()) / "program.json", Draft()
    dspy.LabeledFewShot(k=2).compile(Draft(), trainset=TRAIN).save(path)
    made.load(path)
    return made


def pickled() -> Any:
    """A program that was saved whole, and loaded without its source."""
    folder = tempfile.mkdtemp()
    Draft().save(folder, save_program=True)
    return dspy.load(folder, allow_pickle=True)


PICTURE = {
    "picture": dspy.Image(url="https://example.com/a.png"),
    "sound": dspy.Audio(data="UklGRg==", audio_format="wav"),
}
PICKED: Said = {"outputs": lambda _: {"tool_calls": [{"name": "found", "args": {"city": "Rome"}}]}}
ADVISED: Said = {"advice": lambda _: {"draft.predict": "be short", "last": "N/A"}}
STYLES = {
    "tools that take models": Style(lambda: agent(passages), says=called("passages", query={"text": "rain", "top": 2})),
    "tools of LangChain": Style(lambda: agent(dspy.Tool.from_langchain(searched)), says=called("searched", query="a")),
    "tools of a server": Style(lambda: agent(served()), says=called("served", q="rain")),
    "tools called by hand": Style(ByHand, says=PICKED),
    "pictures, sounds, code": Style(Seeing, PICTURE, {"code": lambda _: "```python\nprint(1)\n```"}),
    "reasoning": Style(lambda: dspy.Predict(Think)),
    "an adapter on top of DSPy's": Style(Draft, adapter=Loud()),
    "an adapter of one's own": Style(lambda: dspy.Predict("question -> note, answer"), adapter=Terse()),
    "XML": Style(Draft, adapter=dspy.XMLAdapter()),
    "a stream inside": Style(Streaming),
    "refinements to choose from": Style(tried, says=ADVISED),
    "models of its own": Style(Warm),
    "a batch": Style(Batches),
    "gathered": Style(Gathered),
    "asyncified": Style(Asyncified),
    "nearest examples": Style(Nearest),
    "models with bounds": Style(lambda: dspy.ChainOfThought(Extract), says=TYPED, adapter=dspy.JSONAdapter()),
    "a longer signature": Style(Longer),
    "a conversation": Style(Talking),
    "several answers": Style(Several),
    "predictors in passing": Style(InPassing),
    "copies": Style(Copying),
    "compiled by DSPy": Style(compiled),
    "saved whole": Style(pickled),
}
