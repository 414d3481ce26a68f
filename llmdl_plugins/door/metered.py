"""Event streams of version 3 through the door: they go past `stream`, so a stand-in keeps their events."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Iterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import message_to_dict
from langchain_core.outputs import ChatGeneration, LLMResult
from pydantic import PrivateAttr

from llmdl_plugins.door.asked import Asked
from llmdl_plugins.door.flow import Flow
from llmdl_plugins.door.passage import apassing, entering, passing
from llmdl_plugins.door.recorded import Recorded
from llmdl_plugins.plain import JSON, plain


class Metered(Recorded):
    """Stands in for a model whose events are read: pays where its reader begins, and gives recorded events again."""

    _asked: Asked = PrivateAttr()

    @classmethod
    def over(cls, asked: Asked) -> Metered:
        """A stand-in for the model of this call."""
        model = asked.model
        stand_in = cls(
            cache=False,
            callbacks=model.callbacks,
            tags=model.tags,
            metadata=model.metadata,
            verbose=model.verbose,
            rate_limiter=model.rate_limiter,
        )
        stand_in._model, stand_in._asked = model, asked
        return stand_in

    def _iter_v2_events(
        self, messages: Any, *, run_manager: Any, stream: Any, stop: Any = None, **kwargs: Any
    ) -> Iterator[Any]:
        reading = _Reading(self._asked, stream)
        recorded: Any = reading.flow.open()
        try:
            if recorded is None:

                def live() -> Iterator[Any]:
                    return self._model._iter_v2_events(
                        messages, run_manager=run_manager, stream=stream, stop=stop, **kwargs
                    )

                for event in reading.flow.chunks(lambda: passing(live)):
                    yield reading.came(event)
            else:
                for event in recorded["events"]:
                    stream.dispatch(event)
                    run_manager.on_stream_event(event)
                    yield reading.came(event)
        except BaseException as error:
            reading.broken(error)
            raise
        reading.end()

    async def _aiter_v2_events(
        self, messages: Any, *, run_manager: Any, stream: Any, stop: Any = None, **kwargs: Any
    ) -> AsyncIterator[Any]:
        reading = _Reading(self._asked, stream)
        recorded: Any = await reading.flow.aopen()
        try:
            if recorded is None:

                def live() -> AsyncIterator[Any]:
                    return self._model._aiter_v2_events(
                        messages, run_manager=run_manager, stream=stream, stop=stop, **kwargs
                    )

                async for event in reading.flow.achunks(lambda: apassing(live)):
                    yield reading.came(event)
            else:
                for event in recorded["events"]:
                    stream.dispatch(event)
                    await run_manager.on_stream_event(event)
                    yield reading.came(event)
        except BaseException as error:
            reading.broken(error)
            raise
        reading.end()


class _Reading:
    """One event stream that is being read: whole with its last event, after which no reader comes back."""

    def __init__(self, asked: Asked, stream: Any) -> None:
        self.asked, self.stream = asked, stream
        self.flow = Flow(asked.here, lambda: asked.call(stream="events"))
        self.events: list[Any] = []
        self.ended = False

    def came(self, event: Any) -> Any:
        self.events.append(event)
        if self.stream.done:
            self.end()
        return event

    def end(self) -> None:
        if not self.ended:
            self.ended = True
            self.flow.whole(self._answer)
            said = self.stream.output_message
            self.asked.note(LLMResult(generations=[[ChatGeneration(message=said)] if said else []]))

    def broken(self, error: BaseException) -> None:
        if not self.ended:
            self.ended = True
            self.flow.broken(error, self._answer if self.events else None)

    def _answer(self) -> JSON:
        said = self.stream.output_message
        rows: JSON = [[{"message": plain(message_to_dict(said)), "info": None}]] if said else [[]]
        return {"events": plain(self.events), "generations": rows, "llm_output": None}


def events(own: Any, bare: Any) -> Any:
    """`stream_events` or `astream_events` with the door in front of it; older versions come through `stream`.

    Args:
        own: the method that answers.
        bare: `BaseChatModel`'s, which every version 3 stream is read through.
    """

    @functools.wraps(own)
    def events(self: BaseChatModel, input: Any, config: Any = None, **kwargs: Any) -> Any:
        if kwargs.get("version") != "v3" or (here := entering()) is None:
            return own(self, input, config, **kwargs)
        options = {name: value for name, value in kwargs.items() if name != "version"}
        asked = Asked.of(here, self, [self._convert_input(input).to_messages()], options)
        return bare(Metered.over(asked), asked.batch[0], config, version="v3", **asked.options)

    return events
