"""What is spared while the door stands is not missed: the same is told to callbacks, and all is put back."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from langchain_core.callbacks import (
    AsyncCallbackHandler,
    AsyncCallbackManagerForLLMRun,
    BaseCallbackHandler,
    manager,
)
from langchain_core.language_models import BaseChatModel, chat_models
from langchain_core.outputs import LLMResult
from langchain_core.runnables import config
from pydantic import Field

from llmdl_plugins.door import boundary, spared
from llmdl_plugins.testing import ScriptedChat


class Told(BaseCallbackHandler):
    """Keeps what a model is said to be asked with."""

    def __init__(self) -> None:
        self.params: list[dict[str, Any]] = []

    def on_chat_model_start(self, serialized: Any, messages: Any, **kwargs: Any) -> None:
        self.params.append(kwargs["invocation_params"])


class Renamed(ScriptedChat):
    def dict(self, **_kwargs: Any) -> dict[str, Any]:
        return {"name": "of its own"}


class Plain(ScriptedChat):
    """Takes no run manager."""

    async def _agenerate(self, messages: Any, stop: Any = None, **kwargs: Any) -> Any:
        assert "run_manager" not in kwargs
        return super()._generate(messages, stop=stop)


async def told(model: BaseChatModel) -> tuple[str, Any]:
    handler = Told()
    said = await model.ainvoke("hi", config={"callbacks": [handler]}, stop=["."])
    return said.text, handler.params


@pytest.mark.parametrize("kind", [ScriptedChat, Renamed, Plain])
async def test_callbacks_are_told_the_same_with_the_door_open(kind: type[ScriptedChat]) -> None:
    bare = await told(kind(lambda messages, kwargs: "yes"))
    with boundary.door(), boundary.scope():
        assert await told(kind(lambda messages, kwargs: "yes")) == bare


async def test_a_method_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, signature = list[Any](), inspect.signature

    def counted(obj: Any, **kwargs: Any) -> Any:
        looked.append(obj)
        return signature(obj, **kwargs)

    with boundary.door(), boundary.scope():
        monkeypatch.setattr(inspect, "signature", counted)
        for _ in range(3):  # each with a model of its own
            await ScriptedChat(lambda messages, kwargs: "yes").ainvoke("hi")
    assert len(looked) == 1


@pytest.mark.parametrize("base", [{}, {"a": 1}, {"lc_versions": {"a": "1"}}, {"lc_versions": "odd"}])
@pytest.mark.parametrize("incoming", [{}, {"a": {"b": 2}}, {"lc_versions": {"b": "2"}}])
def test_metadata_are_merged_the_same(base: dict[str, Any], incoming: dict[str, Any]) -> None:
    bare = config._merge_metadata_dicts(base, incoming)
    with boundary.door():
        assert (ours := config._merge_metadata_dicts(base, incoming)) == bare
    assert ours is not base and ours is not incoming


class Slow(AsyncCallbackHandler):
    """Is still at it when its call is broken off."""

    def __init__(self) -> None:
        self.begun, self.ended = asyncio.Event(), asyncio.Event()

    async def on_llm_end(self, response: Any, **kwargs: Any) -> None:
        self.begun.set()
        await asyncio.sleep(0.05)
        self.ended.set()


async def test_who_waits_in_an_event_is_shielded_as_ever() -> None:
    handler = Slow()
    with boundary.door(), boundary.scope():
        model = ScriptedChat(lambda messages, kwargs: "yes")
        call = asyncio.ensure_future(model.ainvoke("hi", config={"callbacks": [handler]}))
        await handler.begun.wait()
        call.cancel()
        await asyncio.wait_for(handler.ended.wait(), 5)
        assert (await asyncio.gather(call, return_exceptions=True))[0].__class__ is asyncio.CancelledError


class Counting(BaseCallbackHandler):
    run_inline = never_waits = True

    def __init__(self) -> None:
        self.tasks: list[Any] = []

    def on_llm_end(self, response: Any, **kwargs: Any) -> None:
        self.tasks.append(asyncio.current_task())


async def test_who_does_not_is_told_in_the_task_of_the_call() -> None:
    handler, model = Counting(), ScriptedChat(lambda messages, kwargs: "yes")
    run = AsyncCallbackManagerForLLMRun(run_id=uuid4(), handlers=[handler], inheritable_handlers=[])
    await run.on_llm_end(await model.agenerate([[]]))
    with boundary.door():
        await run.on_llm_end(LLMResult(generations=[]))
    assert handler.tasks[0] is not asyncio.current_task() and handler.tasks[1:] == [asyncio.current_task()]


class Failing(Counting):
    def on_llm_end(self, response: Any, **kwargs: Any) -> None:
        raise ValueError("nothing to count")


@pytest.mark.parametrize("raises", [True, False])
async def test_what_a_handler_raises_is_written_down_or_comes_out_as_ever(
    caplog: pytest.LogCaptureFixture, raises: bool
) -> None:
    handler = Failing()
    handler.raise_error = raises
    run = AsyncCallbackManagerForLLMRun(run_id=uuid4(), handlers=[handler], inheritable_handlers=[])
    for around in (nullcontext(), boundary.door()):
        with around, pytest.raises(ValueError, match="nothing to count") if raises else nullcontext():
            await run.on_llm_end(LLMResult(generations=[]))
    bare, ours = caplog.messages
    assert bare == ours


class Waiting(ScriptedChat):
    """Waits until it is broken off, or breaks off itself."""

    begun: asyncio.Event = Field(default_factory=asyncio.Event)
    gives_up: bool = False

    async def _agenerate(self, messages: Any, *args: Any, **kwargs: Any) -> Any:
        if self.gives_up:
            raise asyncio.CancelledError
        self.begun.set()
        await asyncio.Event().wait()


class Heard(BaseCallbackHandler):
    """Keeps how calls failed."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []

    def on_llm_error(self, error: BaseException, **kwargs: Any) -> None:
        self.errors.append(error)


async def _ended(model: BaseChatModel, is_cancelled: bool) -> tuple[str, list[str]]:
    handler = Heard()
    call = asyncio.create_task(model.ainvoke("hi", config={"callbacks": [handler]}))
    if is_cancelled and isinstance(model, Waiting):
        await model.begun.wait()
        call.cancel()
    (end,) = await asyncio.gather(call, return_exceptions=True)
    return type(end).__name__, [type(error).__name__ for error in handler.errors]


def _fails(messages: Any, kwargs: Any) -> str:
    raise ValueError("no answer")


@pytest.mark.parametrize(
    ("model", "is_cancelled"),
    [
        (lambda: Waiting(_fails), True),
        (lambda: Waiting(_fails, gives_up=True), False),
        (lambda: ScriptedChat(_fails), False),
    ],
    ids=["broken off", "breaks off", "raises"],
)
async def test_a_call_that_is_awaited_where_it_was_gathered_ends_the_same(
    model: Callable[[], BaseChatModel], is_cancelled: bool
) -> None:
    bare = await _ended(model(), is_cancelled)
    with boundary.door(), boundary.scope():
        assert await _ended(model(), is_cancelled) == bare


class Where(ScriptedChat):
    """Keeps the task of each call."""

    tasks: ClassVar[list[Any]] = []

    async def _agenerate(self, messages: Any, *args: Any, **kwargs: Any) -> Any:
        self.tasks.append(asyncio.current_task())
        return self._generate(messages)


async def test_one_call_takes_no_task_and_several_are_made_side_by_side() -> None:
    model = Where(lambda messages, kwargs: "yes")
    with boundary.door(), boundary.scope():
        await model.ainvoke("hi")
        await model.agenerate([[], []])
    first, *others = model.tasks
    assert first is asyncio.current_task() and len({*others, first}) == 3


def _spared() -> list[Any]:
    ends = [(kind, name) for kind, names in spared._ENDS.items() for name in names]
    models = [(BaseChatModel, spared._AS_DICT), (chat_models, spared._SIGNATURE), (chat_models, spared._GATHERING)]
    functions = [(config, spared._MERGED), (manager, "ahandle_event")]
    return [vars(owner)[name] for owner, name in (*ends, *models, *functions)]


def test_all_is_put_back() -> None:
    before = _spared()
    with boundary.door():
        assert not any(one is other for one, other in zip(before, _spared(), strict=True))
    assert before == _spared()
