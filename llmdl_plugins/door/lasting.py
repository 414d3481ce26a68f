"""What of a request is equal when it is asked again: ids of tool calls, drawn anew each time, are numbered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llmdl_plugins.plain import JSON


def lasting(request: JSON) -> JSON:
    """The request with the ids of its tool calls as numbers, in the order in which they come.

    >>> lasting({"messages": [[{"tool_calls": [{"id": "x7"}]}, {"tool_call_id": "x7"}]]})
    {'messages': [[{'tool_calls': [{'id': 'call 0'}]}, {'tool_call_id': 'call 0'}]]}
    """
    if not isinstance(request, dict) or not (ids := [*dict.fromkeys(_ids(request.get("messages")))]):
        return request
    return {**request, "messages": _renamed(request["messages"], {told: f"call {n}" for n, told in enumerate(ids)})}


def _ids(messages: Any) -> Iterator[str]:
    """The ids in messages, or in batches of messages."""
    for one in messages if isinstance(messages, list) else ():
        if isinstance(one, list):
            yield from _ids(one)
        elif isinstance(one, dict) and isinstance(calls := one.get("tool_calls"), list):
            yield from (call["id"] for call in calls if isinstance(call, dict) and isinstance(call.get("id"), str))


def _renamed(told: JSON, names: dict[str, str]) -> JSON:
    if isinstance(told, str):
        return names.get(told, told)
    if isinstance(told, list):
        return [_renamed(part, names) for part in told]
    return {key: _renamed(part, names) for key, part in told.items()} if isinstance(told, dict) else told
