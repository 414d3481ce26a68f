"""The words of OpenAI's chat completions, which many servers speak."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage

from llmdl_sdks.dialect import Body, Dialect, Placed, message, tokens, tool_call


def _texts(body: Body) -> Placed:
    return [(("messages", n, "content"), _said(row)) for n, row in enumerate(body.get("messages") or ())]


def _said(row: Mapping[str, Any]) -> BaseMessage:
    return message(row.get("role", "user"), row.get("content"), _calls(row.get("tool_calls") or ()))


def _calls(rows: Sequence[Any]) -> list[dict[str, Any]]:
    named = [(row, row.get("function") or row.get("custom") or {}) for row in rows]
    return [tool_call(f.get("name", ""), f.get("arguments", f.get("input")), row.get("id")) for row, f in named]


def _answer(whole: Any) -> AIMessage:
    choices, used = whole.get("choices") or [{}], whole.get("usage") or {}
    said = choices[0].get("message") or {}
    return AIMessage(
        said.get("content") or "",
        tool_calls=_calls(said.get("tool_calls") or ()),
        usage_metadata=tokens(used.get("prompt_tokens"), used.get("completion_tokens")),
    )


def _joined(events: Sequence[Any]) -> Any:
    chunks = [event for event in events if isinstance(event, dict)]
    choices = [choice for chunk in chunks for choice in chunk.get("choices") or () if not choice.get("index")]
    deltas = [choice.get("delta") or {} for choice in choices]
    said = {"content": "".join(d.get("content") or "" for d in deltas), "tool_calls": _joined_calls(deltas)}
    used = [chunk["usage"] for chunk in chunks if chunk.get("usage")]
    return {"choices": [{"message": said}], "usage": used[-1] if used else None}


def _joined_calls(deltas: Sequence[Any]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, str]] = defaultdict(lambda: {"id": "", "name": "", "arguments": ""})
    for piece in [piece for delta in deltas for piece in delta.get("tool_calls") or ()]:
        call, part = found[piece.get("index", 0)], piece.get("function") or {}
        call["id"] += piece.get("id") or ""
        call["name"] += part.get("name") or ""
        call["arguments"] += part.get("arguments") or ""
    return [{"id": call["id"], "function": call} for call in found.values()]


DIALECT = Dialect("openai chat completions", _texts, _answer, _joined, lambda event: event == "[DONE]")
