"""The words of Gemini's generateContent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage

from llmdl_sdks.dialect import Body, Dialect, Keys, Placed, message, tokens, tool_call

_INPUT = ("promptTokenCount", "toolUsePromptTokenCount")
_OUTPUT = ("candidatesTokenCount", "thoughtsTokenCount")


def _texts(body: Body) -> Placed:
    told: list[tuple[Keys, BaseMessage]] = []
    if parts := (body.get("systemInstruction") or {}).get("parts"):
        told.append((("systemInstruction", "parts"), message("system", parts)))
    rows = [(n, row) for n, row in enumerate(body.get("contents") or ()) if row.get("parts")]
    return [*told, *((("contents", n, "parts"), message(row.get("role") or "user", row["parts"])) for n, row in rows)]


def _answer(whole: Any) -> AIMessage:
    candidates, used = whole.get("candidates") or [{}], whole.get("usageMetadata") or {}
    parts = (candidates[0].get("content") or {}).get("parts") or ()
    calls = [part["functionCall"] for part in parts if "functionCall" in part]
    return AIMessage(
        "".join(part.get("text") or "" for part in parts if not part.get("thought")),
        tool_calls=[tool_call(call.get("name", ""), call.get("args"), call.get("id")) for call in calls],
        usage_metadata=tokens(_sum(used, _INPUT), _sum(used, _OUTPUT)),
    )


def _sum(used: Body, names: Sequence[str]) -> int | None:
    given = [used[name] for name in names if used.get(name) is not None]
    return sum(given) if given else None


def _joined(events: Sequence[Any]) -> Any:
    first = [event["candidates"][0] for event in events if event.get("candidates")]
    parts = [part for one in first for part in (one.get("content") or {}).get("parts") or ()]
    used = [event["usageMetadata"] for event in events if event.get("usageMetadata")]
    return {"candidates": [{"content": {"parts": parts}}], "usageMetadata": used[-1] if used else None}


DIALECT = Dialect("gemini generateContent", _texts, _answer, _joined, lambda event: False)
