"""The door: inside a run, every LangChain model call passes here.

Put the candidate's text in → ask the payer, who remembers and pays → note the call on the tape.  Outside a run the door
does not exist: the public methods of `BaseChatModel` are their own.
"""

from __future__ import annotations

import functools
import inspect
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult

from llmdl_plugins import answers, passage, streamed, threads
from llmdl_plugins.errors import MisuseError, UnboundCallError
from llmdl_plugins.patches import Patch, given_back, replaced
from llmdl_plugins.plain import JSON
from llmdl_plugins.scope import Call, Payer, Rewrite, Scope, current_scope, scope

__all__ = ["Call", "Payer", "Rewrite", "Scope", "current_scope", "door", "is_open", "scope"]

Original = Callable[..., Any]

# What `langgraph dev` and a deployed server load; a user's graph and its tests don't.
_SERVERS = {"langgraph_api", "langgraph_runtime", "langgraph_runtime_inmem", "langgraph_runtime_postgres"}
_lock = threading.Lock()
_open = 0
_patches: list[Patch] = []


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
    if served := _SERVERS & sys.modules.keys():
        raise MisuseError(
            f"This process serves LangGraph requests ({min(served)} is loaded): train in a process of its own."
        )
    _patches[:] = [replaced(BaseChatModel, name, functools.partial(_standing, m)) for name, m in _METHODS.items()]
    passage.stands = True
    threads.propagate()


def _remove() -> None:
    threads.restore()
    passage.stands = False
    while _patches:
        given_back(_patches.pop())


def _standing(method: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """The method that stands for the model's own, and keeps it: others may wrap ours and hold on to it."""
    if inspect.iscoroutinefunction(original):

        async def awaited(self: BaseChatModel, *args: Any, **kwargs: Any) -> Any:
            return await method(original, self, *args, **kwargs)

        return functools.wraps(original)(awaited)

    def called(self: BaseChatModel, *args: Any, **kwargs: Any) -> Any:
        return method(original, self, *args, **kwargs)

    return functools.wraps(original)(called)


async def _agenerate(
    original: Original, self: BaseChatModel, messages: list[list[BaseMessage]], *args: Any, **kwargs: Any
) -> LLMResult:
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


def _generate(
    original: Original, self: BaseChatModel, messages: list[list[BaseMessage]], *args: Any, **kwargs: Any
) -> LLMResult:
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
    def events(original: Original, self: BaseChatModel, input: Any, config: Any = None, **kwargs: Any) -> Any:
        # Only version 3 goes past stream() and generate(); the older ones come through them.
        if kwargs.get("version") == "v3" and (here := passage.entering()):
            if here.payer is not None:
                raise UnboundCallError(f"{name}(version='v3') on a model is not metered yet: use stream() in the node.")
            input = passage.rewritten(here, [self._convert_input(input).to_messages()])[0]
        return original(self, input, config, **kwargs)

    return events


_METHODS: dict[str, Callable[..., Any]] = {
    "generate": _generate,
    "agenerate": _agenerate,
    "stream": streamed.stream,
    "astream": streamed.astream,
    "stream_events": _events("stream_events"),
    "astream_events": _events("astream_events"),
}
