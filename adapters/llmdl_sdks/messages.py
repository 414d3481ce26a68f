"""The words of Anthropic's messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage

from llmdl_sdks.dialect import Body, Dialect, Keys, Placed, message, tokens, tool_call

_INPUT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


def _texts(body: Body) -> Placed:
    told: list[tuple[Keys, BaseMessage]] = []
    if system := body.get("system"):
        told.append((("system",), message("system", system)))
    rows = enumerate(body.get("messages") or ())
    return [*told, *((("messages", n, "content"), message(row["role"], row.get("content"))) for n, row in rows)]


def _answer(whole: Any) -> AIMessage:
    blocks, used = whole.get("content") or (), whole.get("usage") or {}
    calls = [block for block in blocks if block.get("type") == "tool_use"]
    given = [used[name] for name in _INPUT if used.get(name) is not None]
    return AIMessage(
        "".join(block.get("text") or "" for block in blocks),
        tool_calls=[tool_call(block.get("name", ""), block.get("input"), block.get("id")) for block in calls],
        usage_metadata=tokens(sum(given) if given else None, used.get("output_tokens")),
    )


def _joined(events: Sequence[Any]) -> Any:
    blocks: dict[int, dict[str, Any]] = {}
    used: dict[str, Any] = {}
    for event in events:
        given = (event.get("message") or {}).get("usage") or event.get("usage") or {}
        used |= {name: n for name, n in given.items() if n is not None}
        if event.get("type") == "content_block_start":
            blocks[event["index"]] = {**event["content_block"], "input": ""}
        elif event.get("type") == "content_block_delta":
            block, delta = blocks.setdefault(event["index"], {"input": ""}), event["delta"]
            block["text"] = (block.get("text") or "") + delta.get("text", "")
            block["input"] += delta.get("partial_json", "")
    return {"content": list(blocks.values()), "usage": used}


def _ends(event: Any) -> bool:
    return isinstance(event, dict) and event.get("type") == "message_stop"


DIALECT = Dialect("anthropic messages", _texts, _answer, _joined, _ends)
