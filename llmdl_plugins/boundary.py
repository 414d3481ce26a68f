"""The door: inside a run, every LangChain model call passes here.

Put the candidate's text in → ask the payer, who remembers and pays → note the call on the tape.  Outside a run the door
does not exist: the public methods of `BaseChatModel` are their own.  Doors of plugins open and close with it.
"""

from __future__ import annotations

import functools
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult

from llmdl_plugins import answers, passage, streamed, threads
from llmdl_plugins.errors import MisuseError, UnboundCallError
from llmdl_plugins.plain import JSON
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.scope import Call, Payer, Rewrite, Scope, current_scope, scope

__all__ = ["Call", "Payer", "Rewrite", "Scope", "current_scope", "door", "is_open", "scope"]

_lock = threading.Lock()
_open = 0
_others = ExitStack()


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
    threads.propagate()
    for name, spec in catalogue("doors").items():
        try:
            _others.enter_context(spec.load()())
        except Exception as error:
            warnings.warn(f"The door {name!r} stays shut, its calls are not met: it raised {error!r}.", stacklevel=4)


def _remove() -> None:
    try:
        _others.close()
    finally:
        threads.restore()
        for name, original in passage.originals.items():
            setattr(BaseChatModel, name, original)
        passage.originals.clear()


async def _agenerate(self: BaseChatModel, messages: list[list[BaseMessage]], *args: Any, **kwargs: Any) -> LLMResult:
    original = passage.original("agenerate")
    if (here := passage.entering()) is None:
        return await original(self, messages, *args, **kwargs)  # type: ignore[no-any-return]
    batch, since = passage.rewritten(here, messages), time.perf_counter()

    async def ask(model: BaseChatModel) -> LLMResult:
        return await original(model, batch, *args, **kwargs)  # type: ignore[no-any-return]

    async def again(answer: JSON) -> LLMResult:
        with passage.through():
            return await ask(answers.Recorded.of(self, answer))

    called = functools.partial(passage.call_of, here, self, batch, _options(args, kwargs))
    result = await passage.apaid(here, called, lambda: ask(self), answers.encode, again)
    passage.note(batch, result, since)
    return result


def _generate(self: BaseChatModel, messages: list[list[BaseMessage]], *args: Any, **kwargs: Any) -> LLMResult:
    original = passage.original("generate")
    if (here := passage.entering()) is None:
        return original(self, messages, *args, **kwargs)  # type: ignore[no-any-return]
    batch, since = passage.rewritten(here, messages), time.perf_counter()

    def ask(model: BaseChatModel) -> LLMResult:
        return original(model, batch, *args, **kwargs)  # type: ignore[no-any-return]

    def again(answer: JSON) -> LLMResult:
        with passage.through():
            return ask(answers.Recorded.of(self, answer))

    called = functools.partial(passage.call_of, here, self, batch, _options(args, kwargs))
    result = passage.paid(here, called, lambda: ask(self), answers.encode, again)
    passage.note(batch, result, since)
    return result


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
