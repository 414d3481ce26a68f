"""Model classes with public methods of their own: each is led to the door, or caught where it goes round it.

A method that hands on to another one of these is left as it is, since the door meets that one; one that doesn't gets a
door of its own.  A method that should have come to a door and answers without is an error: its call was never bound.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from types import CodeType
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.door import passage
from llmdl_plugins.door.classes import below, is_same, own, unbound
from llmdl_plugins.errors import UnboundCallError

STREAMING = ("stream", "astream")
EVENTS = ("stream_events", "astream_events")
ENTRIES = ("generate", "agenerate", *STREAMING, *EVENTS)
ASKING = ("invoke", "ainvoke", "generate_prompt", "agenerate_prompt", "batch", "abatch")
_DEPTH = 5

Door = Callable[[str, Any], Any]


def overrides() -> Iterator[tuple[type[BaseChatModel], str, Any]]:
    """Every public method that a subclass of `BaseChatModel` has of its own, or from a class beside it."""
    for kind in below(BaseChatModel):
        for name in (*ENTRIES, *ASKING):
            if (method := own(BaseChatModel, kind, name)) is not None:
                yield kind, name, method


def with_door(name: str, own: Any, door: Door) -> Any:
    """An overriding method that can't leave the run; None where it is to stay as it is."""
    if not inspect.isfunction(inspect.unwrap(own)):
        return None
    method = unbound(own)
    if name in ENTRIES and is_same(own, BaseChatModel.__dict__[name]):
        return door(name, method)  # the base's, which an instrumentation has wrapped here
    if name in ENTRIES and not _hands_on(own):
        return _refused(name, method) if name in EVENTS else door(name, method)
    return None if name in EVENTS else _watched(name, method)


def _hands_on(function: Any, depth: int = _DEPTH) -> bool:
    """Whether a method's code speaks of `super()` or of another public method of a model."""
    function = inspect.unwrap(function)
    if not inspect.isfunction(function) or not depth:
        return False
    held = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    return _speaks(function.__code__) or any(_hands_on(part, depth - 1) for part in held)


def _speaks(code: CodeType) -> bool:
    names = {*code.co_names}
    inner = (part for part in code.co_consts if isinstance(part, CodeType))
    return "super" in names or bool(names & {*ENTRIES, *ASKING}) or any(_speaks(part) for part in inner)


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _watched(name: str, own: Any) -> Any:
    if name == "stream":
        return _watched_stream(own)
    if name == "astream":
        return _watched_astream(own)
    return _watched_async(own) if inspect.iscoroutinefunction(inspect.unwrap(own)) else _watched_sync(own)


def _watched_sync(own: Any) -> Any:
    @functools.wraps(own)
    def method(self: BaseChatModel, *args: Any, **kwargs: Any) -> Any:
        watch = passage.watched()
        with passage.watching(watch):
            answer = own(self, *args, **kwargs)
        _check(watch, self, own, asked=answer != [])
        return answer

    return method


def _watched_async(own: Any) -> Any:
    @functools.wraps(own)
    async def method(self: BaseChatModel, *args: Any, **kwargs: Any) -> Any:
        watch = passage.watched()
        with passage.watching(watch):
            answer = await own(self, *args, **kwargs)
        _check(watch, self, own, asked=answer != [])
        return answer

    return method


def _watched_stream(own: Any) -> Any:
    @functools.wraps(own)
    def stream(self: BaseChatModel, *args: Any, **kwargs: Any) -> Iterator[Any]:
        watch, chunks = passage.watched(), iter(own(self, *args, **kwargs))
        try:
            while True:
                with passage.watching(watch):
                    try:
                        chunk = next(chunks)
                    except StopIteration:
                        break
                _check(watch, self, own)
                yield chunk
        finally:
            passage.close(chunks)

    return stream


def _watched_astream(own: Any) -> Any:
    @functools.wraps(own)
    async def astream(self: BaseChatModel, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        watch, chunks = passage.watched(), aiter(own(self, *args, **kwargs))
        try:
            while True:
                with passage.watching(watch):
                    try:
                        chunk = await anext(chunks)
                    except StopAsyncIteration:
                        break
                _check(watch, self, own)
                yield chunk
        finally:
            await passage.aclose(chunks)

    return astream


def _refused(name: str, own: Any) -> Any:
    @functools.wraps(own)
    def events(self: BaseChatModel, *args: Any, **kwargs: Any) -> Any:
        if not passage.is_passing():
            raise passage.refused(_went_round(self, own))
        return own(self, *args, **kwargs)

    return events


def _check(watch: passage.Watch, model: BaseChatModel, own: Any, asked: bool = True) -> None:
    if asked and not (watch.met or passage.is_passing()):
        raise passage.refused(_went_round(model, own))


def _went_round(model: BaseChatModel, own: Any) -> UnboundCallError:
    return UnboundCallError(
        f"{type(model).__qualname__}.{own.__name__} answered without generate() or stream(), so its call was neither "
        "bound nor paid for and can't be scored: call super() in it, or move what it does into _generate()."
    )
