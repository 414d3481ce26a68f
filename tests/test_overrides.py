"""Model classes with public methods of their own stay in the run: met at the door, or refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from llmdl_plugins import tape
from llmdl_plugins.door import boundary
from llmdl_plugins.errors import UnboundCallError
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.testing import ScriptedChat


def echo(messages: list[BaseMessage], kwargs: dict[str, Any]) -> str:
    return " ".join(m.text for m in messages)


class Logging(ScriptedChat):
    """Hands on to the methods above."""

    def generate(self, messages: Any, *args: Any, **kwargs: Any) -> LLMResult:
        return super().generate(messages, *args, **kwargs)

    async def agenerate(self, messages: Any, *args: Any, **kwargs: Any) -> LLMResult:
        return await super().agenerate(messages, *args, **kwargs)

    def stream(self, input: Any, config: Any = None, **kwargs: Any) -> Iterator[AIMessageChunk]:
        yield from super().stream(input, config, **kwargs)


class Direct(ScriptedChat):
    """Goes to its network by itself."""

    def generate(self, messages: Any, *args: Any, **kwargs: Any) -> LLMResult:
        return LLMResult(generations=[[ChatGeneration(message=self._answer(m, None, kwargs))] for m in messages])

    async def agenerate(self, messages: Any, *args: Any, **kwargs: Any) -> LLMResult:
        return LLMResult(generations=[[ChatGeneration(message=self._answer(m, None, kwargs))] for m in messages])

    def stream(self, input: Any, config: Any = None, **kwargs: Any) -> Iterator[Any]:
        yield AIMessageChunk(self._answer(self._convert_input(input).to_messages(), None, kwargs).text)

    async def astream(self, input: Any, config: Any = None, **kwargs: Any) -> AsyncIterator[Any]:
        yield AIMessageChunk(self._answer(self._convert_input(input).to_messages(), None, kwargs).text)


class Beside:
    """Is no model itself."""

    def generate(self, messages: Any, *args: Any, **kwargs: Any) -> LLMResult:
        return LLMResult(generations=[[ChatGeneration(message=self._answer(messages[0], None, kwargs))]])  # type: ignore[attr-defined]


class Mixed(Beside, ScriptedChat):  # type: ignore[misc]
    """Has its method from a class beside it."""


class Round(ScriptedChat):
    """Answers without any of the methods that the door stands in."""

    def invoke(self, input: Any, config: Any = None, **kwargs: Any) -> AIMessage:
        return self._answer([HumanMessage(str(input))], None, kwargs)

    async def ainvoke(self, input: Any, config: Any = None, **kwargs: Any) -> AIMessage:
        return self._answer([HumanMessage(str(input))], None, kwargs)


class Sometimes(ScriptedChat):
    """Hands on, but not always."""

    def stream(self, input: Any, config: Any = None, **kwargs: Any) -> Iterator[Any]:
        if input == "short":
            yield AIMessageChunk("by itself")
        else:
            yield from super().stream(input, config, **kwargs)


class Listed(ScriptedChat):
    """Streams what is no generator."""

    def stream(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        return [AIMessageChunk(self._answer(self._convert_input(input).to_messages(), None, kwargs).text)]


async def gathered(stream: AsyncIterator[Any]) -> str:
    return "".join([chunk.text async for chunk in stream])


FACES: dict[str, Callable[[BaseChatModel], str]] = {
    "invoke": lambda m: m.invoke("hi").text,
    "ainvoke": lambda m: asyncio.run(m.ainvoke("hi")).text,
    "stream": lambda m: "".join(c.text for c in m.stream("hi")),
    "astream": lambda m: asyncio.run(gathered(m.astream("hi"))),
}


class Run:
    def __init__(self) -> None:
        self.ledger, self.meter = Ledger(), Meter(Budget())
        self.cashier = Cashier(self.ledger, self.meter)

    @contextmanager
    def rollout(self) -> Iterator[tape.Tape]:
        def rewrite(messages: Any) -> list[BaseMessage]:
            return [SystemMessage("new"), *messages]

        turns: Any = boundary.Scope().turns
        with (
            boundary.door(),
            boundary.scope(payer=self.cashier, turns=turns, rewrite=rewrite),
            tape.recording() as recorded,
        ):
            yield recorded


@pytest.fixture
def run() -> Iterator[Run]:
    made = Run()
    yield made
    made.ledger.close()


@pytest.mark.parametrize("kind", [Logging, Direct, Mixed, Listed])
@pytest.mark.parametrize("face", FACES)
def test_an_overriding_method_is_bound_paid_once_and_on_the_tape(run: Run, kind: type[ScriptedChat], face: str) -> None:
    model = kind(echo)
    said = []
    for _ in range(2):
        with run.rollout() as recorded:
            said.append(FACES[face](model))
        assert len(recorded.calls) == 1
    assert said == ["new hi", "new hi"]
    assert len(model.calls) == 1 and run.meter.spent.calls == 1


@pytest.mark.parametrize("face", ["invoke", "ainvoke"])
def test_an_answer_that_went_round_the_door_is_never_scored(run: Run, face: str) -> None:
    with run.rollout(), pytest.raises(UnboundCallError, match=r"Round\.a?invoke answered without"):
        FACES[face](Round(echo))


def test_a_method_that_hands_on_only_sometimes_is_caught_when_it_does_not(run: Run) -> None:
    model = Sometimes(echo)
    with run.rollout():
        assert "".join(c.text for c in model.stream("long")) == "new long"
        with pytest.raises(UnboundCallError, match="Sometimes"):
            list(model.stream("short"))


def test_a_class_that_is_made_inside_a_run_is_met_too(run: Run) -> None:
    with run.rollout():

        class Late(ScriptedChat):
            def generate(self, messages: Any, *args: Any, **kwargs: Any) -> LLMResult:
                return LLMResult(generations=[[ChatGeneration(message=self._answer(messages[0], None, kwargs))]])

        made = Late.__dict__["generate"]
        assert Late(echo).invoke("hi").text == "new hi"
    assert Late.__dict__["generate"] is made.__wrapped__ and run.meter.spent.calls == 1


def test_every_class_has_its_own_methods_back_after_a_run(run: Run) -> None:
    kinds = (Logging, Direct, Mixed, Round, Sometimes)
    before = [dict(vars(kind)) for kind in kinds]
    hook = "__pydantic_init_subclass__"
    with run.rollout():
        assert "generate" in vars(Mixed) and hook in vars(BaseChatModel)
        assert vars(Logging)["generate"] is not before[0]["generate"]
    after = [dict(vars(kind)) for kind in kinds]
    names = {"generate", "agenerate", "stream", "astream", "invoke", "ainvoke"}
    assert all(a.get(n) is b.get(n) for a, b in zip(after, before, strict=True) for n in names)
    assert hook not in vars(BaseChatModel)


def test_a_wrapper_that_somebody_else_puts_on_top_inside_a_run_stays() -> None:
    bare = BaseChatModel.__dict__["generate"]
    with pytest.warns(RuntimeWarning, match="generate was replaced"), boundary.door():
        ours = BaseChatModel.__dict__["generate"]

        def theirs(self: BaseChatModel, *args: Any, **kwargs: Any) -> LLMResult:
            return ours(self, *args, **kwargs)  # type: ignore[no-any-return]

        BaseChatModel.generate = theirs  # type: ignore[method-assign]
    try:
        assert BaseChatModel.__dict__["generate"] is theirs
        assert ScriptedChat(["x"]).invoke("hi").text == "x"
        with boundary.door(), boundary.scope():
            assert ScriptedChat(["x"]).invoke("hi").text == "x"
        assert BaseChatModel.__dict__["generate"] is theirs
    finally:
        BaseChatModel.generate = bare  # type: ignore[method-assign]


def sync_events(model: BaseChatModel) -> tuple[Any, list[Any]]:
    stream = model.stream_events("hi", version="v3")
    events = [{k: v for k, v in event.items() if k != "id"} for event in stream]
    return stream.output, events  # type: ignore[attr-defined]


def async_events(model: BaseChatModel) -> tuple[Any, list[Any]]:
    async def read() -> tuple[Any, list[Any]]:
        stream = await model.astream_events("hi", version="v3")
        events = [{k: v for k, v in event.items() if k != "id"} async for event in stream]
        return await stream.output, events

    return asyncio.run(read())


@pytest.mark.filterwarnings("ignore::langchain_core._api.LangChainBetaWarning")
@pytest.mark.parametrize("read", [sync_events, async_events])
def test_event_streams_of_version_3_are_bound_paid_once_and_replayed(run: Run, read: Any) -> None:
    model, said = ScriptedChat(echo), []
    for _ in range(2):
        with run.rollout() as recorded:
            said.append(read(model))
        assert len(recorded.calls) == 1 and recorded.calls[0].usage
    (first, events), (second, replayed) = said
    assert first.text == second.text == "new hi" and first.usage_metadata == second.usage_metadata
    assert events == replayed and len(events) > 3
    assert len(model.calls) == 1 and run.meter.spent.calls == 1 and run.meter.in_flight == 0


@pytest.mark.filterwarnings("ignore::langchain_core._api.LangChainBetaWarning")
def test_an_event_stream_is_the_models_own_outside_a_run() -> None:
    output, events = sync_events(ScriptedChat(echo))
    with boundary.door(), boundary.scope():
        bound, same = sync_events(ScriptedChat(echo))
    assert (output.text, events) == (bound.text, same)
