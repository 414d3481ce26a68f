"""What an engine said, as the plain JSON that a run keeps, and again as it was."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from dspy._vendor.lm15 import serde
from dspy.clients.call_result import CallResult
from dspy.lm15 import Response, TextPart, Usage

from llmdl_plugins.plain import JSON, plain

_COUNTS = [*Usage.__slots__]
_counts = attrgetter(*_COUNTS)
_more = attrgetter("provider_data", "logprobs", "adaptations", "message.continuation")


def response_told(response: Response) -> JSON:
    """A response."""
    parts = response.message.parts
    if len(parts) != 1 or type(parts[0]) is not TextPart or parts[0].continuation or any(_more(response)):
        return plain(serde.response_to_dict(response, include_provider_data=True))
    return _text(response, parts[0].text)


def _text(response: Response, text: str) -> JSON:
    """One that is a text and nothing else, as nearly always, which is put together anew by `serde` for each."""
    said: dict[str, JSON] = {} if response.id is None else {"id": plain(response.id)}
    said["model"] = plain(response.model)
    said["message"] = {"role": response.message.role, "parts": [{"type": "text", "text": plain(text)}]}
    said["finish_reason"] = response.finish_reason
    counts = zip(_COUNTS, _counts(response.usage), strict=True)
    if took := {name: count for name, count in counts if count is not None}:
        said["usage"] = took
    return said if response.logprobs_complete else {**said, "logprobs_complete": False}


def response_again(told: Mapping[str, Any]) -> Response:
    """The response that this JSON was."""
    return serde.response_from_dict(dict(told))


def event_told(event: Any) -> JSON:
    """An event of a stream."""
    return plain(serde.stream_event_to_dict(event))


def event_again(told: Mapping[str, Any]) -> Any:
    """The event that this JSON was."""
    return serde.stream_event_from_dict(dict(told))


def result_told(result: CallResult) -> JSON:
    """What a call that DSPy makes by itself brought."""
    return plain(result.dump())


def result_again(told: Mapping[str, Any], usage: Mapping[str, Any]) -> CallResult:
    """The same, as if it had come now."""
    result = CallResult.load(dict(told))
    result.cache_hit, result.usage = False, dict(usage)
    return result
