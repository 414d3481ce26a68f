"""How an API words requests and answers: where texts stand in the one, and what the other says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata

from llmdl_plugins.plain import plain

Body = Mapping[str, Any]
Keys = tuple[str | int, ...]
Placed = Sequence[tuple[Keys, BaseMessage]]


@dataclass(frozen=True)
class Dialect:
    """What the door has to know of an API.

    Args:
        name: of the API, as the ledger shows it.
        texts: the messages of a request, each with the keys that lead to its content.
        answer: a whole answer as a message.
        joined: the events of a streamed answer as a whole one.
        ends: whether an event is the last of a stream.
    """

    name: str
    texts: Callable[[Body], Placed]
    answer: Callable[[Any], AIMessage]
    joined: Callable[[Sequence[Any]], Any]
    ends: Callable[[Any], bool]


def message(role: str, content: Any, calls: Sequence[Any] = ()) -> BaseMessage:
    """A message of a request, with its content as it stands there."""
    said: Any = "" if content is None else content if isinstance(content, str) else [plain(block) for block in content]
    if role in ("assistant", "model"):
        return AIMessage(said, tool_calls=[*calls])
    if role in ("tool", "function"):
        return ToolMessage(said, tool_call_id="")
    return SystemMessage(said) if role in ("system", "developer") else HumanMessage(said)


def tool_call(name: str, arguments: Any, ident: str | None) -> dict[str, Any]:
    """A tool call as LangChain has it; arguments that are no JSON object are kept as they came."""
    given = _loaded(arguments) if isinstance(arguments, str) else arguments or {}
    return {"name": name, "args": given if isinstance(given, dict) else {"arguments": arguments}, "id": ident}


def _loaded(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except ValueError:
        return None


def tokens(given: int | None, made: int | None) -> UsageMetadata | None:
    """Tokens in and out, or None where the answer doesn't say."""
    if given is None and made is None:
        return None
    into, out = given or 0, made or 0
    return UsageMetadata(input_tokens=into, output_tokens=out, total_tokens=into + out)


def with_texts(body: Body, placed: Placed, changed: Sequence[BaseMessage]) -> Body:
    """A copy of the request in which changed messages have their new content; the request itself stays as it is."""
    for (keys, old), new in zip(placed, changed, strict=True):
        if new.content != old.content:
            body = _put(body, keys, new.content)
    return body


def _put(inside: Any, keys: Keys, content: Any) -> Any:
    if not keys:
        return content
    copy = list(inside) if isinstance(inside, list | tuple) else dict(inside)
    copy[keys[0]] = _put(copy[keys[0]], keys[1:], content)  # type: ignore[index]
    return copy
