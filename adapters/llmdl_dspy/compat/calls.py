"""A call as DSPy has prepared it: what it asks, and how it is made."""

from __future__ import annotations

from typing import Any

from dspy._vendor.lm15 import serde
from dspy.clients import execution
from dspy.clients.call_result import CallResult
from dspy.clients.errors import error_boundary
from dspy.clients.lm15_boundary import request_kwargs

from llmdl_dspy.compat.models import CONNECTION
from llmdl_dspy.compat.settings import streaming

# Where calls are made: the door replaces `execute`, `aexecute` and `_engine`.
EXECUTION = execution
BODY = ("model", "messages", "rollout_id")


def is_single(lm: Any, call: Any) -> bool:
    """Whether a call is one request to an engine of the user's, whole."""
    own = not isinstance(lm._engine_spec, str) if is_managed(call) else False
    return bool(own and call.n == 1 and not call.cache and not streaming())


async def complete(lm: Any, call: Any) -> CallResult | None:
    """Such a call; its price is looked up here, for which DSPy starts a thread each time.  None for an older engine."""
    backend, request, provider = execution._engine(lm, call, True)
    if request is None:
        return None
    with error_boundary(lm.model, provider=provider, unexpected=True):
        response = await backend.complete(request)
        result = execution._result(lm, response, call, provider, request, estimate=False)
    execution._price_result(lm, result, response, provider, request)
    return result


def is_managed(call: Any) -> bool:
    """Whether DSPy itself retries this call: a subclass of the user's that writes `forward` does what it likes."""
    return bool(call.managed)


def rollout(lm: Any, call: Any) -> Any:
    """Which draw of the same request this is, as DSPy counts them; None where nobody asked for another."""
    return call.kwargs.get("rollout_id", lm.kwargs.get("rollout_id"))


def settings_of(call: Any) -> dict[str, Any]:
    """The options of a call, but for its messages and its connection."""
    if call.request is not None:
        told = serde.request_to_dict(call.request)
        return {key: value for key, value in told.items() if key not in ("messages", "system", *BODY)}
    return {k: v for k, v in call.legacy.items() if k not in BODY and k not in CONNECTION and v is not None}


def messages_of(call: Any) -> list[Any]:
    """The messages of a call, in the words of OpenAI's chat completions."""
    if call.request is None:
        return list(call.legacy["messages"])
    return list(request_kwargs(call.request, "chat")["messages"])


def with_messages(call: Any, messages: list[Any]) -> None:
    """Put other messages into a call that was prepared; the caller's own are left alone."""
    call.legacy = {**call.legacy, "messages": messages}
    if call.messages is not None:
        call.messages = messages
    elif call.prompt is not None:
        call.prompt, call.messages = None, messages
