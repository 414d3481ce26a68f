"""Requests and responses: in the words of OpenAI's chat completions, and put together without a look at each part."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from dspy.clients import execution
from dspy.clients.lm15_boundary import request_kwargs
from dspy.lm15 import Message, Request, Response, TextPart, Usage, response_from_openai_chat

_PLAIN = SimpleNamespace(request=None, legacy={})  # a call that sets nothing


def body_of(request: Request) -> dict[str, Any]:
    """A request in the words of OpenAI's chat completions."""
    return dict(request_kwargs(request, "chat"))


def output_of(lm: Any, response: Any) -> Any:
    """What an adapter is given of a response: nearly always its one text."""
    if type(response) is Response and response.finish_reason != "length":
        first = response.message.parts[0]
        if type(first) is TextPart and len(response.message.parts) == 1:
            return first.text
    return execution._result(lm, response, _PLAIN, None, estimate=False).outputs[0]


def response_of(message: Mapping[str, Any], model: str, usage: Mapping[str, int] | None) -> Response:
    """A response, from a message in the words of OpenAI's chat completions."""
    reason = "tool_calls" if message.get("tool_calls") else "stop"
    choice = {"index": 0, "message": dict(message), "finish_reason": reason}
    return response_from_openai_chat({"model": model, "choices": [choice], "usage": usage}, model=model)


def response_of_text(text: str, model: str, usage: Usage) -> Response:
    """The response that says this, and nothing else."""
    message = unchecked(Message, role="assistant", parts=(TextPart(text),), continuation=())
    rest = {"logprobs": None, "provider_data": None, "adaptations": (), "logprobs_complete": True}
    return unchecked(Response, id=None, model=model, message=message, finish_reason="stop", usage=usage, **rest)


def text_of(message: Message) -> str | None:
    """What a message says that is text and nothing else."""
    first = message.parts[0]
    text: str | None = first.text if type(first) is TextPart and len(message.parts) == 1 else message.text
    return text


def unchecked(kind: Any, **fields: Any) -> Any:
    """A part of a request of which every field is given, and was looked at already."""
    made = object.__new__(kind)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made
