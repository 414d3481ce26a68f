"""The door: inside a run, every LangChain model call passes here.

Put the candidate's text in → ask the payer, who remembers and pays → note the call on the tape.  Outside a run the door
does not exist: the public methods of `BaseChatModel` are their own.
"""

from __future__ import annotations

import functools
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult

from llmdl_plugins import answers, tape, threads
from llmdl_plugins.errors import MisuseError, UnboundCallError
from llmdl_plugins.plain import JSON, digest, plain

Rewrite = Callable[[Sequence[BaseMessage]], list[BaseMessage]]


class Payer(Protocol):
    """Remembers what was paid, pays for what was not, and says when the money is gone."""

    async def apay(self, call: Call, send: Callable[[], Awaitable[JSON]]) -> JSON:
        """The recorded answer, or what `send` brings."""

    def pay(self, call: Call, send: Callable[[], JSON]) -> JSON:
        """The same, synchronously."""

    def begin(self, call: Call) -> JSON:
        """The recorded answer, or None and the price is set aside: the call is to be finished, left or failed."""

    async def abegin(self, call: Call) -> JSON:
        """The same, asynchronously."""

    def finish(self, call: Call, answer: JSON) -> None:
        """Remember an answer and settle its price."""

    def leave(self, call: Call, part: JSON) -> None:
        """Settle the price of a stream that its reader left; the part that came is never given as an answer."""

    def fail(self, call: Call, error: BaseException) -> None:
        """Remember a failure."""


@dataclass(frozen=True)
class Call:
    """One request to a model: its key is equal whenever the same thing is asked at the same place."""

    key: str
    path: str
    request: JSON
    retries_itself: bool


@dataclass
class Scope:
    """What holds for the model calls of one run of the application."""

    rewrite: Rewrite | None = None
    payer: Payer | None = None
    repetition: str = "0"
    place: Callable[[], str] = lambda: ""
    turns: Counter[str] = field(default_factory=Counter)


_scope: ContextVar[Scope | None] = ContextVar("llmdl_scope", default=None)
_passing: ContextVar[bool] = ContextVar("llmdl_passing", default=False)
_lock = threading.Lock()
_open = 0
_originals: dict[str, Any] = {}


@contextmanager
def door() -> Iterator[None]:
    """The door stands while at least one run is inside."""
    global _open
    with _lock:
        if _open == 0:
            _install()
        _open += 1
    try:
        yield
    finally:
        with _lock:
            _open -= 1
            if _open == 0:
                _remove()


@contextmanager
def scope(**changes: Any) -> Iterator[Scope]:
    """What holds for the calls made inside, on top of what held before."""
    outer = _scope.get() or Scope()
    merged = Scope(**{**vars(outer), **changes})
    token = _scope.set(merged)
    try:
        yield merged
    finally:
        _scope.reset(token)


def current_scope() -> Scope | None:
    """What holds for model calls made here; None outside every run."""
    return _scope.get()


def is_open() -> bool:
    """Whether the public methods are ours at this moment."""
    return _open > 0


def _install() -> None:
    if "langgraph_api" in sys.modules:
        raise MisuseError("This process serves LangGraph requests: train in a process of its own.")
    for name, method in _METHODS.items():
        _originals[name] = BaseChatModel.__dict__[name]
        setattr(BaseChatModel, name, functools.wraps(_originals[name])(method))
    threads.propagate()


def _remove() -> None:
    threads.restore()
    for name, original in _originals.items():
        setattr(BaseChatModel, name, original)
    _originals.clear()


def _entering() -> Scope | None:
    """The scope of a call that comes in; None where an outer door has let it pass."""
    if _passing.get() or not _open:
        return None
    here = _scope.get()
    if here is None:
        raise UnboundCallError(
            "A model was called from code that left its run (a thread or loop of its own, most likely). "
            "Such a call can't be scored: start the thread inside the node, or make the call in the node itself."
        )
    return here


@contextmanager
def _through() -> Iterator[None]:
    token = _passing.set(True)
    try:
        yield
    finally:
        _passing.reset(token)


def _call(here: Scope, model: BaseChatModel, batch: Sequence[Sequence[BaseMessage]], kwargs: Mapping[str, Any]) -> Call:
    request: JSON = {
        "model": f"{type(model).__module__}.{type(model).__qualname__}",
        "settings": answers.without_secrets(plain(model.asdict())),
        "options": plain({k: v for k, v in kwargs.items() if k not in answers.TELLING_ONLY}),
        "messages": [[answers.told(m) for m in messages] for messages in batch],
    }
    path = here.place() or (step.path if (step := tape.current_step()) else "")
    asked = digest(request, here.repetition, path)
    return Call(digest(asked, _turn(here, asked)), path, request, _retries_itself(model))


def _turn(here: Scope, asked: str) -> int:
    """How often the same was asked at the same place before: whatever the order in which threads arrive."""
    with _lock:
        here.turns[asked] += 1
        return here.turns[asked] - 1


def _retries_itself(model: BaseChatModel) -> bool:
    return bool(getattr(model, "max_retries", None))


def _note(call_messages: Sequence[Sequence[BaseMessage]], result: LLMResult, since: float) -> None:
    recorded = tape.current_tape()
    if recorded is None:
        return
    step = tape.current_step()
    for messages, generations in zip(call_messages, result.generations, strict=False):
        answer = getattr(generations[0], "message", None) if generations else None
        made = tape.ModelCall(
            messages=[answers.told(m) for m in messages],
            answer=answers.told(answer) if answer else None,
            usage=answers.usage(answer) if answer else None,
            seconds=time.perf_counter() - since,
        )
        (step.calls if step else recorded.strays).append(made)


def _rewritten(here: Scope, batch: Sequence[Sequence[BaseMessage]]) -> list[list[BaseMessage]]:
    return [here.rewrite(m) if here.rewrite else list(m) for m in batch]


async def _agenerate(self: BaseChatModel, messages: list[list[BaseMessage]], *args: Any, **kwargs: Any) -> LLMResult:
    original = _originals.get("agenerate", BaseChatModel.agenerate)
    if (here := _entering()) is None:
        return await original(self, messages, *args, **kwargs)  # type: ignore[no-any-return]
    batch, since = _rewritten(here, messages), time.perf_counter()
    live: list[LLMResult] = []

    async def asked() -> LLMResult:
        with _through():
            live[:] = [await original(self, batch, *args, **kwargs)]
        return live[0]

    async def send() -> JSON:
        return answers.encode(await asked())

    if here.payer is None:
        await asked()
    else:
        answer = await here.payer.apay(_call(here, self, batch, _options(args, kwargs)), send)
        if not live:
            with _through():
                live = [await original(answers.Recorded.of(self, answer), batch, *args, **kwargs)]
    _note(batch, live[0], since)
    return live[0]


def _generate(self: BaseChatModel, messages: list[list[BaseMessage]], *args: Any, **kwargs: Any) -> LLMResult:
    original = _originals.get("generate", BaseChatModel.generate)
    if (here := _entering()) is None:
        return original(self, messages, *args, **kwargs)  # type: ignore[no-any-return]
    batch, since = _rewritten(here, messages), time.perf_counter()
    live: list[LLMResult] = []

    def asked() -> LLMResult:
        with _through():
            live[:] = [original(self, batch, *args, **kwargs)]
        return live[0]

    def send() -> JSON:
        return answers.encode(asked())

    if here.payer is None:
        asked()
    else:
        answer = here.payer.pay(_call(here, self, batch, _options(args, kwargs)), send)
        if not live:
            with _through():
                live = [original(answers.Recorded.of(self, answer), batch, *args, **kwargs)]
    _note(batch, live[0], since)
    return live[0]


def _options(args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {**kwargs, "stop": args[0]} if args else dict(kwargs)


class _Streamed:
    """One streamed call: opened at the payer, its chunks kept, closed as whole or as broken off."""

    def __init__(
        self, here: Scope, model: BaseChatModel, messages: list[BaseMessage], options: Mapping[str, Any]
    ) -> None:
        self.here, self.messages, self.since = here, messages, time.perf_counter()
        self.chunks: list[BaseMessage] = []
        self.model, self.paying = model, False
        self.call = _call(here, model, [messages], {**options, "stream": True}) if here.payer else None

    def open(self) -> None:
        if self.here.payer and self.call:
            self._opened(self.here.payer.begin(self.call))

    async def aopen(self) -> None:
        if self.here.payer and self.call:
            self._opened(await self.here.payer.abegin(self.call))

    def _opened(self, recorded: JSON) -> None:
        self.paying = recorded is None
        if not self.paying:
            self.model = answers.Recorded.of(self.model, recorded)

    def whole(self) -> None:
        if self.paying and self.here.payer and self.call:
            self.here.payer.finish(self.call, answers.encode_chunks(self.chunks))
        _note([self.messages], answers.joined(self.chunks), self.since)

    def broken(self, error: BaseException) -> None:
        if not (self.paying and self.here.payer and self.call):
            return
        if self.chunks and not isinstance(error, Exception):
            self.here.payer.leave(self.call, answers.encode_chunks(self.chunks))
        else:
            self.here.payer.fail(self.call, error)


def _stream(self: BaseChatModel, input: Any, config: Any = None, **kwargs: Any) -> Iterator[Any]:
    original = _originals.get("stream", BaseChatModel.stream)
    if (here := _entering()) is None:
        yield from original(self, input, config, **kwargs)
        return
    messages = _rewritten(here, [self._convert_input(input).to_messages()])[0]
    streamed = _Streamed(here, self, messages, kwargs)
    streamed.open()
    chunks = original(streamed.model, messages, config, **kwargs)
    try:
        while True:
            with _through():
                chunk = next(chunks, None)
            if chunk is None:
                break
            streamed.chunks.append(chunk)
            yield chunk
    except BaseException as error:
        streamed.broken(error)
        chunks.close()
        raise
    streamed.whole()


async def _astream(self: BaseChatModel, input: Any, config: Any = None, **kwargs: Any) -> AsyncIterator[Any]:
    original = _originals.get("astream", BaseChatModel.astream)
    if (here := _entering()) is None:
        async for chunk in original(self, input, config, **kwargs):
            yield chunk
        return
    messages = _rewritten(here, [self._convert_input(input).to_messages()])[0]
    streamed = _Streamed(here, self, messages, kwargs)
    await streamed.aopen()
    chunks = original(streamed.model, messages, config, **kwargs)
    try:
        while True:
            with _through():
                chunk = await anext(chunks, None)
            if chunk is None:
                break
            streamed.chunks.append(chunk)
            yield chunk
    except BaseException as error:
        streamed.broken(error)
        await chunks.aclose()
        raise
    streamed.whole()


def _events(name: str) -> Callable[..., Any]:
    def events(self: BaseChatModel, input: Any, config: Any = None, **kwargs: Any) -> Any:
        # Only version 3 goes past stream() and generate(); the older ones come through them.
        if kwargs.get("version") == "v3" and (here := _entering()):
            if here.payer is not None:
                raise UnboundCallError(f"{name}(version='v3') on a model is not metered yet: use stream() in the node.")
            input = _rewritten(here, [self._convert_input(input).to_messages()])[0]
        return _originals.get(name, getattr(BaseChatModel, name))(self, input, config, **kwargs)

    return events


_METHODS: dict[str, Callable[..., Any]] = {
    "generate": _generate,
    "agenerate": _agenerate,
    "stream": _stream,
    "astream": _astream,
    "stream_events": _events("stream_events"),
    "astream_events": _events("astream_events"),
}
