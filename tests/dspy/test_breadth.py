"""DSPy's own modules, adapters and ways of being called, each under a candidate and on a tape."""

from __future__ import annotations

import asyncio
from typing import Any

import dspy
import pytest
from pydantic import BaseModel

from llmdl_plugins import trainable
from llmdl_plugins.errors import MisuseError

from .filling import filling, marked
from .programs import search


def traced(program: Any, inputs: Any, values: Any, value: Any = marked, **settings: Any) -> Any:
    net = trainable(program)
    before = [predict.dump_state() for predict in program.predictors()]
    with dspy.context(lm=filling(value), **settings), net.using(values):
        answer, tape = asyncio.run(net.trace(inputs))
    assert [predict.dump_state() for predict in program.predictors()] == before
    return answer, tape


def system(step: Any) -> str:
    return str(step.calls[0].messages[0]["content"])


@pytest.mark.filterwarnings("ignore:The 'prefix' argument:DeprecationWarning")
def test_multi_chain_comparison_is_bound_and_fed_by_what_it_compares() -> None:
    class Compared(dspy.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.think = dspy.ChainOfThought("question -> answer", n=2)
            self.compare = dspy.MultiChainComparison("question -> answer", M=2)

        def forward(self, question: str) -> Any:
            return self.compare(self.think(question=question).completions, question=question)

    changed = {"think.predict/instructions": "CAND-1", "compare.predict/instructions": "CAND-2"}
    answer, tape = traced(Compared(), {"question": "q"}, changed)
    think, compare = tape.steps
    assert answer.answer == "CAND-2" and len(think.calls) == 2 and compare.fed_by == [think]
    assert "CAND-1" in compare.inputs["reasoning_attempt_1"]


class Person(BaseModel):
    """A typed answer."""

    name: str
    age: int


@pytest.mark.parametrize("adapter", [dspy.ChatAdapter, dspy.JSONAdapter])
def test_typed_outputs_stay_typed(adapter: Any) -> None:
    class Find(dspy.Signature):  # type: ignore[misc]
        """Find people."""

        text: str = dspy.InputField()
        people: list[Person] = dspy.OutputField()
        mood: bool = dspy.OutputField()

    def people(field: str, system: str, last: str) -> Any:
        return [{"name": marked("name", system, last), "age": 3}] if field == "people" else True

    answer, tape = traced(dspy.Predict(Find), {"text": "t"}, {"self/instructions": "CAND-5"}, people, adapter=adapter())
    assert answer.people == [Person(name="CAND-5", age=3)] and answer.mood is True
    assert tape.json({})["steps"][0]["outputs"]["people"] == [{"name": "CAND-5", "age": 3}]


def test_an_answer_in_another_form_is_asked_for_again_on_the_same_step() -> None:
    def late(field: str, system: str, last: str) -> Any:
        return "x" if "JSON" not in last else 7

    answer, tape = traced(dspy.Predict("q -> number: int"), {"q": "x"}, {"self/instructions": "CAND-6"}, late)
    (step,) = tape.steps
    assert answer.number == 7 and len(step.calls) == 2
    assert all("CAND-6" in call.messages[0]["content"] for call in step.calls)


def test_the_adapter_of_two_steps_is_bound_in_its_first() -> None:
    adapter = dspy.TwoStepAdapter(filling(marked))
    _, tape = traced(dspy.Predict("q -> answer"), {"q": "x"}, {"self/instructions": "CAND-7"}, adapter=adapter)
    (step,) = tape.steps
    assert len(step.calls) == 2 and "CAND-7" in system(step)


def test_tools_that_are_called_natively_have_the_description_in_force() -> None:
    seen: list[Any] = []

    class Choosing(dspy.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.tools = [dspy.Tool(search)]
            self.choose = dspy.Predict("question: str, tools: list[dspy.Tool] -> calls: dspy.ToolCalls")

        def forward(self, question: str) -> Any:
            made = self.choose(question=question, tools=self.tools)
            return dspy.Prediction(found=[call.execute(functions=self.tools) for call in made.calls.tool_calls])

    from langchain_core.messages import AIMessage

    from llmdl_dspy import as_lm
    from llmdl_plugins.testing import ScriptedChat

    def calling(messages: Any, settings: Any) -> AIMessage:
        seen.append(settings["tools"])
        return AIMessage("", tool_calls=[{"name": "search", "args": {"query": "rain"}, "id": "1"}])

    net = trainable(Choosing())
    net.unfreeze("*/tool:*")
    adapter = dspy.ChatAdapter(use_native_function_calling=True)
    lm = as_lm(ScriptedChat(calling))
    lm_can = pytest.MonkeyPatch()
    lm_can.setattr(type(lm), "supports_function_calling", True)
    try:
        with dspy.context(lm=lm, adapter=adapter), net.using({"choose/tool:search": "a finder"}):
            answer, tape = asyncio.run(net.trace({"question": "q"}))
    finally:
        lm_can.undo()
    assert answer.found == ["found rain"] and seen[0][0]["function"]["description"] == "a finder"
    assert tape.calls[0].tools["tools"][0]["function"]["description"] == "a finder"


@pytest.mark.filterwarnings("ignore")
def test_the_second_react_is_given_tools_with_the_description_in_force() -> None:
    net = trainable(dspy.ReActV2("question -> answer", tools=[search]))
    net.unfreeze("*/tool:*")

    def using(field: str, system: str, last: str) -> Any:
        if field != "tool_calls":
            return "I look it up."
        name, args = ("search", {"query": "rain"}) if "## question ##" in last else ("submit", {"answer": "rain"})
        return {"tool_calls": [{"name": name, "args": args}]}

    with dspy.context(lm=filling(using)), net.using({"react/tool:search": "CAND-3 finder"}):
        answer, tape = asyncio.run(net.trace({"question": "q"}))
    assert answer.answer == "rain" and [s.name for s in tape.steps] == ["react", "react"]
    assert all("CAND-3 finder" in str(call.messages) for call in tape.calls)


class Retrieving(dspy.Module):  # type: ignore[misc]
    """Looks passages up, with code, and answers from them."""

    def __init__(self) -> None:
        super().__init__()
        self.ask = dspy.Predict("question -> query")
        self.retrieve = dspy.Retrieve(k=2)
        self.answer = dspy.ChainOfThought("context: list[str], question -> answer")

    def forward(self, question: str) -> Any:
        passages = self.retrieve(self.ask(question=question).query).passages
        return self.answer(context=passages, question=question)


def test_retrievers_of_a_program_run_as_they_are() -> None:
    def retriever(query: str, k: int = 1, **options: Any) -> list[Any]:
        return [dspy.Prediction(long_text=f"{query} passage {n}") for n in range(k)]

    changed = {"ask/instructions": "CAND-8", "answer.predict/instructions": "CAND-9"}
    answer, tape = traced(Retrieving(), {"question": "q"}, changed, rm=retriever)
    ask, last = tape.steps
    assert answer.answer == "CAND-9" and last.inputs["context"] == ["CAND-8 passage 0", "CAND-8 passage 1"]
    assert last.inputs["question"] == "q" and ask.outputs == {"query": "CAND-8"}


def test_a_program_that_dspy_cannot_save_is_told_so() -> None:
    with pytest.raises(MisuseError, match="DSPy can't write the state of Retrieving.*export\\('program'\\)"):
        trainable(Retrieving()).export("dspy")
    assert trainable(Retrieving()).export("program").ask.signature.instructions


def test_a_stream_of_a_program_is_bound_and_comes_in_pieces() -> None:
    program = dspy.ChainOfThought("question -> answer")
    net = trainable(program)
    streamed = dspy.streamify(
        program,
        stream_listeners=[dspy.streaming.StreamListener(signature_field_name="answer")],
        async_streaming=True,
    )

    def long(field: str, system: str, last: str) -> Any:
        return f"{marked(field, system, last)} it is, and that is all that there is to say."

    class Streaming(dspy.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.program = program

        async def aforward(self, question: str) -> Any:
            pieces = [piece async for piece in streamed(question=question)]
            chunks = [piece.chunk for piece in pieces if isinstance(piece, dspy.streaming.StreamResponse)]
            return dspy.Prediction(chunks=chunks, answer=pieces[-1].answer)

    net = trainable(Streaming())
    with dspy.context(lm=filling(long)), net.using({"program.predict/instructions": "CAND-2"}):
        answer, tape = asyncio.run(net.trace({"question": "q"}))
    assert len(answer.chunks) > 2 and "".join(answer.chunks) == answer.answer == long("", "CAND-2", "")
    assert [s.name for s in tape.steps] == ["program.predict"]


class Loud(dspy.Predict):  # type: ignore[misc]
    """Goes on to what DSPy does."""

    def forward(self, **given: Any) -> Any:
        said = super().forward(**given)
        said.answer = said.answer.upper() + "!"
        return said


class Mute(dspy.Predict):  # type: ignore[misc]
    """Asks by itself."""

    def forward(self, **given: Any) -> Any:
        return dspy.Prediction(answer=dspy.settings.lm(f"{given}")[0])


class Both(dspy.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.loud, self.mute = Loud("question -> answer"), Mute("question -> answer")

    def forward(self, question: str) -> Any:
        self.mute(question=question)
        return self.loud(question=question)


def test_a_predictor_of_a_class_of_the_users_is_trained_where_it_goes_on_to_dspys() -> None:
    answer, tape = traced(Both(), {"question": "q"}, {"loud/instructions": "CAND-1"})
    assert answer.answer == "CAND-1!" and [step.name for step in tape.steps] == ["loud"]
    frozen = {name: p.frozen_because for name, p in trainable(Both()).named_parameters().items() if "field" not in name}
    assert frozen.pop("mute/instructions") == frozen.pop("mute/demos") == "Mute answers in a forward of its own"
    assert frozen == {"loud/instructions": "", "loud/demos": ""}
