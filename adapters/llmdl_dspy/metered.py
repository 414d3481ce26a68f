"""Stands in for the engine of a call: pays for what it brings, and gives again what the payer remembers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from llmdl_dspy import compat, kept
from llmdl_dspy.asked import Asked, counted
from llmdl_dspy.spoken import said_by, said_in, usage_of
from llmdl_plugins.door.flow import Flow
from llmdl_plugins.door.passage import apassing, passing, through
from llmdl_plugins.door.paying import apaid, paid
from llmdl_plugins.errors import InfrastructureError
from llmdl_plugins.plain import JSON, plain


class Metered:
    """An engine of DSPy, paid for.

    Args:
        backend: the engine that answers.
        asked: the call.
    """

    def __init__(self, backend: Any, asked: Asked) -> None:
        self._backend, self._asked = backend, asked

    def plan(self, request: Any) -> Any:
        """What the engine says of a request before it is sent."""
        return self._backend.plan(request)

    def complete(self, request: Any) -> Any:
        """The response of the engine, or the one that is remembered."""
        asked = self._asked
        response = paid(asked.here, asked.paid, lambda: self._backend.complete(request), _response, _response_again)
        asked.note(said_by(response), usage_of(response))
        return response

    def complete_legacy(self, lm: Any, request: Any, **context: Any) -> Any:
        """The same for what DSPy sends in words of its own."""
        asked = self._asked

        def send() -> Any:
            return self._backend.complete_legacy(lm, request, **context)

        result = self._here(send) if compat.streaming() else paid(asked.here, asked.paid, send, _result, _result_again)
        asked.note(said_in(result), counted(result.usage))
        return result

    def _here(self, send: Callable[[], Any]) -> Any:
        """What is remembered, or sent from this very thread: no other reaches who reads what is said meanwhile."""
        flow = Flow(self._asked.here, self._asked.paid)
        if (recorded := flow.open()) is not None:
            return _result_again(recorded)
        try:
            with through():
                result = send()
        except BaseException as error:
            flow.broken(error, None)
            raise
        flow.whole(lambda: _result(result))
        return result

    def stream(self, request: Any) -> Iterator[Any]:
        """The events of the engine's stream, or those that are remembered."""
        asked = self._asked
        flow, heard = Flow(asked.here, asked.paid), list[Any]()
        if (recorded := flow.open()) is not None:
            yield from _events_again(recorded, heard)
        else:
            events = flow.chunks(lambda: passing(lambda: self._backend.stream(request)))
            try:
                for event in events:
                    heard.append(event)
                    yield event
            except BaseException as error:
                flow.broken(error, (lambda: _events(heard)) if heard else None)
                events.close()
                raise
        _ended(asked, flow, heard)


class AsyncMetered(Metered):
    """The same, asynchronously."""

    async def complete(self, request: Any) -> Any:
        """The response of the engine, or the one that is remembered."""
        asked = self._asked

        async def again(answer: JSON) -> Any:
            return _response_again(answer)

        response = await apaid(asked.here, asked.paid, lambda: self._backend.complete(request), _response, again)
        asked.note(said_by(response), usage_of(response))
        return response

    async def complete_legacy(self, lm: Any, request: Any, **context: Any) -> Any:
        """The same for what DSPy sends in words of its own."""
        asked = self._asked

        async def send() -> Any:
            return await self._backend.complete_legacy(lm, request, **context)

        async def again(answer: JSON) -> Any:
            return _result_again(answer)

        result = await apaid(asked.here, asked.paid, send, _result, again)
        asked.note(said_in(result), counted(result.usage))
        return result

    async def stream(self, request: Any) -> AsyncIterator[Any]:  # type: ignore[override]
        """The events of the engine's stream, or those that are remembered."""
        asked = self._asked
        flow, heard = Flow(asked.here, asked.paid), list[Any]()
        if (recorded := await flow.aopen()) is not None:
            for event in _events_again(recorded, heard):
                yield event
        else:
            events = flow.achunks(lambda: apassing(lambda: self._backend.stream(request)))
            try:
                async for event in events:
                    heard.append(event)
                    yield event
            except BaseException as error:
                flow.broken(error, (lambda: _events(heard)) if heard else None)
                await events.aclose()
                raise
        _ended(asked, flow, heard)


def _ended(asked: Asked, flow: Flow, heard: Sequence[Any]) -> None:
    if not heard or heard[-1].type != "end":
        flow.broken(InfrastructureError("The stream ended before its answer did."), None)
        return
    flow.whole(lambda: _events(heard))
    asked.note(said_by(heard), usage_of(heard[-1]))


def _response(response: Any) -> JSON:
    return {"usage": plain(usage_of(response)), "response": kept.response_told(response)}


def _response_again(answer: Any) -> Any:
    return kept.response_again(answer["response"])


def _result(result: Any) -> JSON:
    usage = {"usage": plain(counted(result.usage)), "counted": plain(result.usage)}
    return {**usage, "result": kept.result_told(result)}


def _result_again(answer: Any) -> Any:
    return kept.result_again(answer["result"], answer["counted"])


def _events(heard: Sequence[Any]) -> JSON:
    usage = usage_of(heard[-1]) if heard[-1].type == "end" else None
    return {"usage": plain(usage), "events": [kept.event_told(event) for event in heard]}


def _events_again(recorded: Any, heard: list[Any]) -> Iterator[Any]:
    for told in recorded["events"]:
        heard.append(event := kept.event_again(told))
        yield event
