"""A call on the shortest way comes to what DSPy's own comes to: the same requests, the same predictions and errors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import closing
from types import MappingProxyType
from typing import Any, Literal, NamedTuple
from unittest.mock import MagicMock

import dspy
import pytest
from dspy.lm15 import Message, Response, TextPart, ThinkingPart, ToolCallPart, Usage
from dspy.utils.exceptions import AdapterParseError
from pydantic import BaseModel

from llmdl_dspy import direct
from llmdl_dspy.outputs import texts_in
from llmdl_plugins.data import Example
from llmdl_plugins.errors import LlmdlError
from llmdl_plugins.run.ledger import Ledger

from .filling import answer
from .test_tool_uses import evaluator

GIVEN = {"text": "a {b} 日本\n", "tags": ["x", "y"]}


class Place(BaseModel):
    name: str
    of: int | None = None


class Task(dspy.Signature):  # type: ignore[misc]
    """Say <b>it</b>."""

    text: str = dspy.InputField(desc="a text")
    tags: list[str] = dspy.InputField()
    number: int = dspy.OutputField()
    place: Place = dspy.OutputField()
    mood: Literal["good", "bad"] = dspy.OutputField()
    extra: str | None = dspy.OutputField(default=None)


PICTURE = {"picture": dspy.Image(url="https://example.com/a.png")}
PAST = {"past": dspy.History(messages=[{"text": "a", "number": 1}]), "text": "b"}
DEMOS = [
    dspy.Example(text="one", tags="x", number=1, place="there", mood="bad", extra="no"),
    {"text": "only", "number": 2},
    dspy.Example(text="日本", tags="", number=True, mood="good", augmented=True).with_inputs("text"),
]
FIELDS = {"number": 3, "place": {"name": "P", "of": 1}, "mood": "good", "extra": "e", "reasoning": "R", "answer": "A"}


def said(request: Any) -> str:
    """An answer in the form that is asked for."""
    return answer(str(request.system), str(request.messages[-1].text), lambda field, *_: FIELDS.get(field, "said"))


class Engine:
    """Keeps what it is asked."""

    def __init__(self, speak: Callable[[Any], Any] = said) -> None:
        self.speak, self.asked = speak, list[Any]()

    def __deepcopy__(self, memo: Any) -> Engine:
        return self

    def complete(self, request: Any) -> Response:
        self.asked.append(request)
        return told(self.speak(request))


class AsyncEngine(Engine):
    async def complete(self, request: Any) -> Response:  # type: ignore[override]
        return super().complete(request)


def told(spoken: Any) -> Any:
    if isinstance(spoken, Exception):
        raise spoken
    if not isinstance(spoken, str):
        return spoken
    message = Message.assistant([TextPart(spoken)])
    return Response("id", "m", message, "stop", Usage(input_tokens=3, output_tokens=2))


class Listening(dspy.utils.callback.BaseCallback):  # type: ignore[misc]
    """Hears nothing, but listens: then the way is DSPy's own."""


class Quick(dspy.Module):  # type: ignore[misc]
    """A predictor, asked asynchronously."""

    def __init__(self, signature: Any = Task, demos: Any = (), **config: Any) -> None:
        super().__init__()
        self.predict = dspy.Predict(signature, **config)
        self.predict.demos = [*demos]

    def forward(self, **given: Any) -> Any:
        return self.predict(**given)

    async def aforward(self, **given: Any) -> Any:
        return await self.predict.acall(**given)


class Twice(dspy.Module):  # type: ignore[misc]
    """Two predictors, each of another form."""

    def __init__(self) -> None:
        super().__init__()
        self.think, self.count = dspy.ChainOfThought("text -> answer"), dspy.Predict("answer -> number: int")

    async def aforward(self, text: str, tags: Any) -> Any:
        return await self.count.acall(answer=(await self.think.acall(text=text)).answer)


class Once(Quick):
    """Asks nobody again."""

    async def aforward(self, **given: Any) -> Any:
        with dspy.context(adapter=dspy.ChatAdapter(use_json_adapter_fallback=False)):
            return await super().aforward(**given)


class Threaded(dspy.Module):  # type: ignore[misc]
    """The same, without `async`."""

    def __init__(self, *given: Any, **config: Any) -> None:
        super().__init__()
        self.inner = Quick(*given, **config)

    def forward(self, **given: Any) -> Any:
        return self.inner(**given)


class Case(NamedTuple):
    """A program and its model.

    Args:
        ways: of each call whether it goes the shortest way.
    """

    program: Callable[[], Any]
    ways: list[bool]
    speak: Callable[[Any], Any] = said
    given: Mapping[str, Any] = GIVEN
    values: Mapping[str, Any] = MappingProxyType({})


def garbled(request: Any) -> Any:
    """Nothing that a chat adapter could read, once."""
    return said(request) if "JSON" in str(request.messages[-1].text) else "[[ ## number ## ]]\nthree"


def of_parts(*parts: Any, finish_reason: Any = "stop") -> Callable[[Any], Response]:
    """A response of these parts, and of what is asked for."""
    ends = {"usage": Usage(input_tokens=3), "finish_reason": finish_reason}
    return lambda request: Response(None, "m", Message("assistant", (*parts, TextPart(said(request)))), **ends)


def three(request: Any) -> str:
    """An answer to whatever it is."""
    return "[[ ## number ## ]]\n3"


def only_a_tool(request: Any) -> Any:
    """No text, then what is asked for."""
    call = ToolCallPart(id="1", name="look", input={})
    return said(request) if "JSON" in str(request.messages[-1].text) else of_parts_alone(call)


def of_parts_alone(*parts: Any) -> Response:
    return Response(None, "m", Message("assistant", parts), "tool_call", Usage())


NESTED = [
    {"text": "a", "tags": ["x"], "number": 1, "place": {"name": "P", "of": [1, {}]}, "mood": "good", "extra": None}
]
TEXT_DEMOS = [dspy.Example(text="a", tags="", reasoning="R", answer="A"), {"text": "b", "answer": "B"}]
WORKED = [{"input": '{"text": "q", "tags": []}', "output": '{"number": 4, "mood": "bad"}'}]
CANDIDATE = {"predict/instructions": "Do {it}.", "predict/demos": WORKED}
CASES = {
    "typed": Case(lambda: Quick(Task), [True]),
    "worked examples": Case(lambda: Quick(Task, DEMOS), [True]),
    "without async": Case(lambda: Threaded(Task, DEMOS), [True]),
    "a candidate": Case(lambda: Quick(Task, DEMOS), [True], values=CANDIDATE),
    "texts": Case(
        lambda: Quick("text, tags -> reasoning, answer", TEXT_DEMOS), [True], given={"text": "t", "tags": "x"}
    ),
    "texts that are garbled": Case(lambda: Quick("text, tags -> answer"), [True], garbled),
    "two predictors": Case(lambda: Twice(), [True, True]),
    "an option": Case(lambda: Quick(Task, temperature=1.0, max_tokens=7, top_p=None), [True]),
    "another draw": Case(lambda: Quick(Task, temperature=1.0, rollout_id=4), [True]),
    "another draw of no other": Case(lambda: Quick(Task, temperature=0, rollout_id=4), [False]),
    "several draws": Case(lambda: Quick(Task, n=2), [False]),
    "a stop": Case(lambda: Quick(Task, stop=["x"]), [False]),
    "asked again": Case(lambda: Quick(Task, DEMOS), [True], garbled),
    "never understood": Case(lambda: Quick(Task), [True], lambda _: "nothing"),
    "not asked again": Case(lambda: Once(Task), [True], garbled),
    "thinking": Case(lambda: Quick(Task), [True], of_parts(ThinkingPart("hm"))),
    "two texts": Case(lambda: Quick(Task), [True], of_parts(TextPart("So:\n"))),
    "cut off": Case(lambda: Quick(Task), [True], of_parts(finish_reason="length")),
    "no text": Case(lambda: Quick(Task), [True], only_a_tool),
    "an error": Case(lambda: Quick(Task), [True], lambda _: ValueError("engine")),
    "no response": Case(lambda: Quick(Task), [True], lambda _: None),
    "nested examples": Case(lambda: Quick(Task, NESTED), [True]),
    "an example of a model": Case(lambda: Quick(Task, [dspy.Example(text="a", place=Place(name="P"))]), [False]),
    "an image": Case(lambda: Quick("picture: dspy.Image -> number: int"), [False], three, PICTURE),
    "an image in a text": Case(lambda: Quick("text -> number: int"), [False], three, {"text": str(PICTURE["picture"])}),
    "a conversation": Case(lambda: Quick("past: dspy.History, text -> number: int"), [False], given=PAST),
    "half an emoji": Case(lambda: Quick(Task), [False], given={**GIVEN, "text": "\ud83d"}),
    "an input too many": Case(lambda: Quick("text -> number: int"), [False]),
    "an input too few": Case(lambda: Quick("text, tags, other -> number: int"), [False]),
    "an input of another type": Case(lambda: Quick("text: int, tags: list[str] -> number: int"), [False]),
    "an input that may be of any": Case(lambda: Quick("text: str | int, tags: list -> number: int"), [True]),
}


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of every call whether it went the shortest way."""
    taken, own = list[bool](), direct.ready

    def ready(*given: Any, **more: Any) -> Any:
        found = own(*given, **more)
        taken.append(found is not None)
        return found

    monkeypatch.setattr(direct, "ready", ready)
    return taken


def played(case: Case, **around: Any) -> dict[str, Any]:
    """All that can be seen of a run, but for times."""
    threaded, engine = Engine(case.speak), AsyncEngine(case.speak)
    lm = dspy.LM("m", engine=threaded, async_engine=engine, temperature=0.5)
    row = Example(dict(case.given), {"number": 3}, "0")
    with closing(Ledger()) as ledger, evaluator(case.program(), ledger) as at, dspy.context(lm=lm, **around):
        try:
            (rollout,) = asyncio.run(at.evaluate([dict(case.values)], [row]))
            told = rollout.record({})
        except LlmdlError as error:
            told = {"error": str(error)}
        calls = ledger._rows("SELECT key, path, request, answer FROM calls ORDER BY key")
    return {"asked": threaded.asked + engine.asked, "told": untimed(told), "calls": [*map(tuple, calls)]}


def untimed(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: untimed(one) for key, one in told.items() if key not in ("seconds", "receipts")}
    return [untimed(one) for one in told] if isinstance(told, list) else told


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore:rollout_id has no effect")
def test_it_comes_to_what_dspy_comes_to(name: str, ways: list[bool], caplog: pytest.LogCaptureFixture) -> None:
    case = CASES[name]
    dspys, warned = played(case, callbacks=[Listening()]), caplog.messages[:]
    assert True not in ways
    caplog.clear(), ways.clear()
    ours = played(case)
    assert ways == case.ways
    assert ours == dspys and caplog.messages == warned


class Rewriting(Quick):
    """Writes over its own instructions, fields and examples as it goes."""

    async def aforward(self, **given: Any) -> Any:
        await super().aforward(**given)
        self.predict.signature.instructions = "Now another."
        await super().aforward(**given)
        self.predict.signature.fields["text"].json_schema_extra["desc"] = "another text"
        await super().aforward(**given)
        self.predict.demos[0].number = True
        await super().aforward(**given)
        self.predict.demos[0].tags.append("another tag")
        return await super().aforward(**given)


def test_what_a_program_writes_over_in_place_is_sent(ways: list[bool]) -> None:
    def program() -> Any:
        signature = Task.with_instructions("First.").with_updated_fields("text", desc="a text")
        return Rewriting(signature, [dspy.Example(text="a", tags=["x"], number=1)])

    case = Case(program, [True] * 5)
    ours = played(case)
    assert ways == case.ways and ours == played(case, callbacks=[Listening()])
    first, *others, last = ours["asked"]
    assert "First." in first.system and all("Now another." in one.system for one in (*others, last))
    assert "another tag" in str(last.messages[0].text) and "True" in str(last.messages[1].text)


TEXTS = [
    "[[ ## reasoning ## ]]\nR\n\n[[ ## answer ## ]]\nA\n\n[[ ## completed ## ]]",
    "well\n  [[ ## answer ## ]] A \n more\n[[ ## reasoning ## ]]  \n[[ ## answer ## ]]\nnot this",
    "[[ ## other ## ]]\nx\r\n[[ ## reasoning ## ]]\u2028R\x0c[[ ## answer ## ]]\x85\t A [[ ## reasoning ## ]]",
    "[[ ## reasoning ## ]]\nR\n[[ ## answer ## ]]",
    "[[ ## reasoning ##]]\n[[ ## answer ## ]]\n[[ ## reasoning ## ]]R",
]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_are_read_as_dspy_reads_them(text: str) -> None:
    signature = dspy.Signature("question -> reasoning, answer")
    assert texts_in(text, ["reasoning", "answer"]) == dspy.ChatAdapter().parse(signature, text)


@pytest.mark.parametrize("text", ["", "A", "[[ ## answer ## ]]\nA", "[[ ## reasoning ## ]] [[ ## answer ## ]]\nA"])
def test_what_is_missing_is_said_by_dspy(text: str) -> None:
    assert texts_in(text, ["reasoning", "answer"]) is None
    with pytest.raises(AdapterParseError):
        dspy.ChatAdapter().parse(dspy.Signature("question -> reasoning, answer"), text)


def test_an_adapter_that_somebody_has_changed_is_left_to_itself(
    ways: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    case, adapter = Case(lambda: Quick("text -> number: int"), [False]), dspy.ChatAdapter()
    monkeypatch.setattr(adapter, "parse", lambda *_: {"number": 7})
    assert played(case, adapter=adapter)["told"]["output"] == {"number": 7} and ways == case.ways


@pytest.mark.parametrize("kind", [dspy.LM, dspy.BaseLM])
def test_who_has_wrapped_the_call_of_a_model_sees_every_call(
    kind: Any, ways: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, own = list[Any](), dspy.BaseLM.acall

    async def traced(self: Any, *given: Any, **more: Any) -> Any:
        seen.append(self.model)
        return await own(self, *given, **more)

    monkeypatch.setattr(kind, "acall", traced)
    assert played(Case(lambda: Quick("text -> number: int"), []))["told"]["score"] == 1.0
    assert ways == [] and seen == ["m"]


def test_a_model_that_only_looks_like_one_is_left_to_dspy(ways: list[bool]) -> None:
    looks = MagicMock(spec=dspy.LM, return_value=["[[ ## number ## ]]\n3"], kwargs={})

    class Asking(Threaded):
        def forward(self, text: str, tags: Any) -> Any:
            with dspy.context(lm=looks):
                return self.inner(text=text)

    assert played(Case(lambda: Asking("text -> number: int"), []))["told"]["score"] == 1.0
    assert ways == [False] and looks.call_count == 1


@pytest.mark.parametrize("name", ["parse", "acall"])
def test_a_chat_adapter_that_somebody_has_changed_is_left_to_itself(
    name: str, ways: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def called(*_: Any, **__: Any) -> Any:
        return [{"number": 7}]

    monkeypatch.setattr(dspy.ChatAdapter, name, called if name == "acall" else lambda *_: {"number": 7})
    assert played(Case(lambda: Quick("text -> number: int"), []))["told"]["output"] == {"number": 7} and ways == []
