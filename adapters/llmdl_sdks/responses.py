"""The words of OpenAI's responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage

from llmdl_sdks.dialect import Body, Dialect, Keys, Placed, message, tokens, tool_call

_LAST = ("response.completed", "response.incomplete")


def _texts(body: Body) -> Placed:
    told: list[tuple[Keys, BaseMessage]] = []
    if instructions := body.get("instructions"):
        told.append((("instructions",), message("system", instructions)))
    given = body.get("input")
    if isinstance(given, str):
        return [*told, (("input",), message("user", given))]
    items = [(n, item) for n, item in enumerate(given or ()) if isinstance(item, dict)]
    return [*told, *(placed for n, item in items for placed in _item(n, item))]


def _item(n: int, item: Body) -> Placed:
    if "role" in item:
        return [(("input", n, "content"), message(item["role"], item.get("content")))]
    if item.get("type") == "function_call_output":
        return [(("input", n, "output"), message("tool", item.get("output")))]
    return [(("input", n), message("assistant", "", _calls([item])))] if _calls([item]) else []


def _calls(items: Sequence[Any]) -> list[dict[str, Any]]:
    made = [item for item in items if item.get("type") == "function_call"]
    return [tool_call(item.get("name", ""), item.get("arguments"), item.get("call_id")) for item in made]


def _answer(whole: Any) -> AIMessage:
    output, used = whole.get("output") or (), whole.get("usage") or {}
    blocks = [block for item in output if item.get("type") == "message" for block in item.get("content") or ()]
    return AIMessage(
        "".join(block.get("text") or "" for block in blocks),
        tool_calls=_calls(output),
        usage_metadata=tokens(used.get("input_tokens"), used.get("output_tokens")),
    )


def _joined(events: Sequence[Any]) -> Any:
    return next((event["response"] for event in events if _ends(event)), {})


def _ends(event: Any) -> bool:
    return isinstance(event, dict) and event.get("type") in _LAST


DIALECT = Dialect("openai responses", _texts, _answer, _joined, _ends)
