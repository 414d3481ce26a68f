"""What holds for the model calls of one run: whose text is put in, who pays, and where the call stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from llmdl_plugins.door.clock import Clock
from llmdl_plugins.errors import LlmdlError, Stopped
from llmdl_plugins.holding import holding
from llmdl_plugins.plain import JSON

T = TypeVar("T")

Rewrite = Callable[[Sequence[BaseMessage]], list[BaseMessage]]
Options = Mapping[str, Any]
Setup = Callable[[BaseChatModel, Options], tuple[BaseChatModel, Options]]


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

    def first(self, call: Call, start: Callable[[], T]) -> T:
        """A stream that was begun, started: until something of it has come, it is tried again like any call."""

    async def afirst(self, call: Call, start: Callable[[], Awaitable[T]]) -> T:
        """The same, asynchronously."""

    def finish(self, call: Call, answer: JSON) -> None:
        """Remember an answer and settle its price."""

    def leave(self, call: Call, part: JSON) -> None:
        """Settle the price of a stream that its reader left; the part that came is never given as an answer."""

    def fail(self, call: Call, error: BaseException) -> None:
        """Remember a failure."""


class Call(NamedTuple):
    """One request to a model: its key is equal whenever the same thing is asked at the same place.

    Args:
        written: the request as canonical JSON, where it was written already.
        model: the name of the model that it is for.
        provider: who offers it, as far as the class of its client tells.
    """

    key: str
    path: str
    request: JSON
    retries_itself: bool
    written: str | None = None
    model: str = ""
    provider: str = ""


@dataclass(frozen=True)
class Use:
    """One use of a tool or retriever: where, which, with what, and how often the same was asked there before.

    Args:
        arguments: what the model or the node gives.
        injected: what the graph adds: state, store, runtime.
        call_id: of the tool call that is answered.
    """

    name: str
    arguments: JSON
    path: str
    turn: int
    injected: Mapping[str, Any]
    call_id: str | None = None


class Tools(Protocol):
    """Remembers what tools and retrievers gave back in a run."""

    def recall(self, use: Use) -> JSON:
        """The recorded outcome, or None where the tool is to run now.

        Raises:
            ToolMissError: it is only replayed, and nothing is recorded for this use.
        """

    def gave(self, use: Use, result: Any) -> Future[None] | None:
        """Remember a result; done when it is on disk."""

    def failed(self, use: Use, error: Exception) -> Future[None] | None:
        """Remember an error."""

    def asked(self, use: Use) -> Future[None] | None:
        """Told of a tool that called a model: it is no record by itself, the calls inside it are."""


@dataclass
class Scope:
    """What holds for the model calls of one run of the application.

    Args:
        rewrite: the messages of a call as the candidate has them.
        setup: the model and the options of a call as the candidate has them; what it doesn't change is the same object.
        payer: who remembers and pays.
        tools: who remembers what tools gave.
        repetition: which draw of the same run this is.
        place: where a call stands, in words that are equal in every run.
        turns: how often the same was asked at the same place.
        refused: errors of calls and tools that could not be met; no score is given even if the application went on.
        ends: how calls ended from the first failure on, each with its error or None.
        clock: how long the application has been at work, waiting for models not counted.
    """

    rewrite: Rewrite | None = None
    setup: Setup | None = None
    payer: Payer | None = None
    tools: Tools | None = None
    repetition: str = "0"
    place: Callable[[], str] = lambda: ""
    turns: dict[str, int] = field(default_factory=dict)
    refused: list[LlmdlError | Stopped] = field(default_factory=list)
    ends: list[tuple[Call, Exception | None]] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)

    def ended(self, call: Call, error: BaseException | None = None) -> None:
        """A call was answered or failed: an application may go on without what it asked for."""
        if error is None and not self.ends:
            return
        if isinstance(error, Stopped):
            self.refused.append(error)  # a bare `except` swallows it, too
        elif isinstance(error, Exception):
            self.ends.append((call, error))
        elif self.ends:
            self.ends.append((call, None))

    def rewritten(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        """The messages with the candidate's text in them; what the application holds is never touched."""
        return self.rewrite(messages) if self.rewrite else list(messages)

    def check(self) -> None:
        """Raise what was refused, which the application may have swallowed."""
        for error in (*self.refused, *adrift):
            raise error

    def reported(self) -> _Reported:
        """Raise at the end what was refused inside, whatever the application made of it."""
        return _Reported(self)


class _Reported:
    """A block that ends with what was refused in it."""

    __slots__ = ("_scope",)

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if (self._scope.refused or adrift) and (kind is None or issubclass(kind, Exception | SystemExit)):
            self._scope.check()


# What was refused to code that left its run: no run may go on as if it had not been.
adrift: list[LlmdlError] = []
_scope: ContextVar[Scope | None] = ContextVar("llmdl_scope", default=None)


def scope(**changes: Any) -> holding[Scope]:
    """What holds for the calls made inside, on top of what held before."""
    if (outer := _scope.get()) is None:
        return holding(_scope, Scope(**changes))
    if not changes:
        return holding(_scope, outer)
    merged = object.__new__(Scope)
    merged.__dict__.update(outer.__dict__, **changes)  # `replace` at a third of its price
    return holding(_scope, merged)


def current_scope() -> Scope | None:
    """What holds for model calls made here; None outside every run."""
    return _scope.get()
