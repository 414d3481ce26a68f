"""The steps that every model call takes on its way through the door, whole or streamed."""

from __future__ import annotations

import threading
import time
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult

from llmdl_plugins import answers, tape
from llmdl_plugins.errors import LlmdlError, UnboundCallError
from llmdl_plugins.plain import JSON, digest, plain
from llmdl_plugins.scope import Call, Options, Scope, current_scope

T = TypeVar("T")

# Options that define tools and schemas, as providers call them.
DEFINING = (
    "tools", "functions", "response_format", "response_schema", "response_json_schema", "format", "text",
    "output_format", "output_config",
)  # fmt: skip

# Whether the door stands.
standing = False
_passing: ContextVar[bool] = ContextVar("llmdl_passing", default=False)
_watch: ContextVar[Watch | None] = ContextVar("llmdl_watch", default=None)
_lock = threading.Lock()


@dataclass
class Watch:
    """Whether a method of a model came to the door before it answered."""

    outer: Watch | None = None
    met: bool = False

    def meet(self) -> None:
        """A call came to the door, here and so in every method around."""
        self.met = True
        if self.outer:
            self.outer.meet()


def entering() -> Scope | None:
    """The scope of a call that comes in; None where an outer door has let it pass."""
    if _passing.get() or not standing:
        return None
    here = current_scope()
    if here is None:
        raise UnboundCallError(
            "A model was called from code that left its run (a thread or loop of its own, most likely). "
            "Such a call can't be scored: start the thread inside the node, or make the call in the node itself."
        )
    if watch := _watch.get():
        watch.meet()
    return here


def refused(error: LlmdlError) -> LlmdlError:
    """The error, kept for whoever scores the run: the application may catch it."""
    if here := current_scope():
        here.refused.append(error)
    return error


@contextmanager
def through() -> Iterator[None]:
    """Let the calls made inside pass: they were met already."""
    token = _passing.set(True)
    try:
        yield
    finally:
        _passing.reset(token)


def is_passing() -> bool:
    """Whether calls made here were met already, or the door doesn't stand."""
    return _passing.get() or not standing


@contextmanager
def watching(watch: Watch) -> Iterator[None]:
    """Tell the watch of every call that comes to the door inside."""
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


def watched() -> Watch:
    """A new watch, inside the one that holds here."""
    return Watch(_watch.get())


def passing(ask: Callable[[], Iterable[T]]) -> Generator[T, None, None]:
    """The chunks of a call that was met; what their reader does between them is met as ever."""
    with through():
        chunks = iter(ask())
    try:
        while True:
            with through():
                try:
                    chunk = next(chunks)
                except StopIteration:
                    return
            yield chunk
    finally:
        close(chunks)


async def apassing(ask: Callable[[], AsyncIterable[T]]) -> AsyncGenerator[T, None]:
    """`passing`, asynchronously."""
    with through():
        chunks = aiter(ask())
    try:
        while True:
            with through():
                try:
                    chunk = await anext(chunks)
                except StopAsyncIteration:
                    return
            yield chunk
    finally:
        await aclose(chunks)


def close(chunks: Iterator[Any]) -> None:
    """Close a stream; what an overriding method returns need not be a generator."""
    if (closing := getattr(chunks, "close", None)) is not None:
        closing()


async def aclose(chunks: AsyncIterator[Any]) -> None:
    """`close`, asynchronously."""
    if (closing := getattr(chunks, "aclose", None)) is not None:
        await closing()


@dataclass(frozen=True)
class Asked:
    """What one call really asks: the candidate's model, messages and options.

    Args:
        here: what holds for the call.
        caller: the model that the application calls.
        model: the model that is asked.
        batch: the messages of each request.
        options: keyword arguments of the call.
        since: when it began.
    """

    here: Scope
    caller: BaseChatModel
    model: BaseChatModel
    batch: list[list[BaseMessage]]
    options: Options
    since: float

    @classmethod
    def of(cls, here: Scope, model: BaseChatModel, batch: Sequence[Sequence[BaseMessage]], options: Options) -> Asked:
        """The call with the candidate's text and setup in it; what the application holds is never touched."""
        written = [here.rewrite(m) if here.rewrite else list(m) for m in batch]
        try:
            asked, options = here.setup(model, options) if here.setup else (model, options)
        except LlmdlError as error:
            raise refused(error) from None
        return cls(here, model, asked, written, options, time.perf_counter())

    def method(self, name: str, own: Any) -> Any:
        """The method that answers: the caller's own, or that of the model that takes its place."""
        return getattr(self.model, name) if self.model is not self.caller else own.__get__(self.caller)

    def call(self, **more: Any) -> Call:
        """The request as the ledger knows it."""
        request: JSON = {
            "model": f"{type(self.model).__module__}.{type(self.model).__qualname__}",
            "settings": answers.without_secrets(plain(self.model.asdict())),
            "options": plain({k: v for k, v in {**self.options, **more}.items() if k not in answers.TELLING_ONLY}),
            "messages": [[answers.told(m) for m in messages] for messages in self.batch],
        }
        path = self.here.place() or (step.path if (step := tape.current_step()) else "")
        asked = digest(request, self.here.repetition, path)
        return Call(
            digest(asked, _turn(self.here, asked)), path, request, bool(getattr(self.model, "max_retries", None))
        )

    def note(self, result: LLMResult) -> None:
        """Put the call on the tape that is being recorded."""
        recorded = tape.current_tape()
        if recorded is None:
            return
        step = tape.current_step()
        for messages, generations in zip(self.batch, result.generations, strict=False):
            answer = getattr(generations[0], "message", None) if generations else None
            made = tape.ModelCall(
                messages=[answers.told(m) for m in messages],
                answer=answers.told(answer) if answer else None,
                usage=answers.usage(answer) if answer else None,
                seconds=time.perf_counter() - self.since,
                tools=_definitions(self.options),
            )
            (step.calls if step else recorded.strays).append(made)


def _definitions(options: Mapping[str, Any]) -> JSON:
    return {key: plain(options[key]) for key in DEFINING if options.get(key)} or None


def _turn(here: Scope, asked: str) -> int:
    """How often the same was asked at the same place before: whatever the order in which threads arrive."""
    with _lock:
        here.turns[asked] += 1
        return here.turns[asked] - 1
