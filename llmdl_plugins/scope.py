"""What holds for the model calls of one run: whose text is put in, who pays, and where the call stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from llmdl_plugins.errors import LlmdlError
from llmdl_plugins.plain import JSON

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
    """What holds for the model calls of one run of the application.

    Args:
        rewrite: the messages of a call as the candidate has them.
        setup: the model and the options of a call as the candidate has them; what it doesn't change is the same object.
        payer: who remembers and pays.
        repetition: which draw of the same run this is.
        place: where a call stands, in words that are equal in every run.
        turns: how often the same was asked at the same place.
        refused: errors of calls that could not be met; the run can't be scored even if the application went on.
    """

    rewrite: Rewrite | None = None
    setup: Setup | None = None
    payer: Payer | None = None
    repetition: str = "0"
    place: Callable[[], str] = lambda: ""
    turns: Counter[str] = field(default_factory=Counter)
    refused: list[LlmdlError] = field(default_factory=list)


_scope: ContextVar[Scope | None] = ContextVar("llmdl_scope", default=None)


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
