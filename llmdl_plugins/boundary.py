"""The door: inside a run, every LangChain model call passes here; tools and retrievers have a door of their own.

Put the candidate's text in → ask the payer, who remembers and pays → note the call on the tape.  Outside a run the door
does not exist: the public methods of `BaseChatModel` are their own.
"""

from __future__ import annotations

import functools
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult

from llmdl_plugins import answers, passage, streamed, threads, tool_door
from llmdl_plugins.errors import MisuseError, UnboundCallError
from llmdl_plugins.plain import JSON
from llmdl_plugins.scope import Call, Payer, Rewrite, Scope, current_scope, scope

__all__ = ["Call", "Payer", "Rewrite", "Scope", "current_scope", "door", "is_open", "scope"]

_lock = threading.Lock()
_open = 0


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


def is_open() -> bool:
    """Whether the public methods are ours at this moment."""
    return _open > 0


def _install() -> None:
    if "langgraph_api" in sys.modules:
        raise MisuseError("This process serves LangGraph requests: train in a process of its own.")
    for name, method in _METHODS.items():
        passage.originals[name] = BaseChatModel.__dict__[name]
        setattr(BaseChatModel, name, functools.wraps(passage.originals[name])(method))
    tool_door.install()
    threads.propagate()


def _remove() -> None:
    threads.restore()
    tool_door.remove()
    for name, original in passage.originals.items():
        setattr(BaseChatModel, name, original)
    passage.originals.clear()


async def _agenerate(self: BaseChatModel, messages: list[list[BaseMessage]], *args: Any, **kwargs: Any) -> LLMResult:
    original = passage.original("agenerate")
    if (here := passage.entering()) is None:
        return await original(self, messages, *args, **kwargs)  # type: ignore[no-any-return]
    batch, since = passage.rewritten(here, messages), time.perf_counter()
    live: list[LLMResult] = []

    async def asked() -> LLMResult:
        with passage.through():
            live[:] = [await original(self, batch, *args, **kwargs)]
        return live[0]

    async def send() -> JSON:
        return answers.encode(await asked())

    if here.payer is None:
        await asked()
    else:
        answer = await here.payer.apay(passage.call_of(here, self, batch, _options(args, kwargs)), send)
        if not live:
            with passage.through():
                live = [await original(answers.Recorded.of(self, answer), batch, *args, **kwargs)]
    passage.note(batch, live[0], since)
    return live[0]


def _generate(self: BaseChatModel, messages: list[list[BaseMessage]], *args: Any, **kwargs: Any) -> LLMResult:
    original = passage.original("generate")
    if (here := passage.entering()) is None:
        return original(self, messages, *args, **kwargs)  # type: ignore[no-any-return]
    batch, since = passage.rewritten(here, messages), time.perf_counter()
    live: list[LLMResult] = []

    def asked() -> LLMResult:
        with passage.through():
            live[:] = [original(self, batch, *args, **kwargs)]
        return live[0]

    def send() -> JSON:
        return answers.encode(asked())

    if here.payer is None:
        asked()
    else:
        answer = here.payer.pay(passage.call_of(here, self, batch, _options(args, kwargs)), send)
        if not live:
            with passage.through():
                live = [original(answers.Recorded.of(self, answer), batch, *args, **kwargs)]
    passage.note(batch, live[0], since)
    return live[0]


def _options(args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    return {**kwargs, "stop": args[0]} if args else dict(kwargs)


def _events(name: str) -> Callable[..., Any]:
    def events(self: BaseChatModel, input: Any, config: Any = None, **kwargs: Any) -> Any:
        # Only version 3 goes past stream() and generate(); the older ones come through them.
        if kwargs.get("version") == "v3" and (here := passage.entering()):
            if here.payer is not None:
                raise UnboundCallError(f"{name}(version='v3') on a model is not metered yet: use stream() in the node.")
            input = passage.rewritten(here, [self._convert_input(input).to_messages()])[0]
        return passage.original(name)(self, input, config, **kwargs)

    return events


_METHODS: dict[str, Callable[..., Any]] = {
    "generate": _generate,
    "agenerate": _agenerate,
    "stream": streamed.stream,
    "astream": streamed.astream,
    "stream_events": _events("stream_events"),
    "astream_events": _events("astream_events"),
}
