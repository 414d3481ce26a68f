"""What a model of DSPy said, as a message in the words of OpenAI's chat completions, and what it took."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dspy.lm15 import Response

from llmdl_dspy import compat

Said = dict[str, Any]


def said_by(heard: Response | Sequence[Any]) -> Said:
    """The message of a response, or of the events of a stream."""
    return _response(heard) if isinstance(heard, Response) else _events(heard)


def _response(response: Response) -> Said:
    if (text := compat.text_of(response.message)) is not None:
        return _said(text, [])
    made = [_call(call.id, call.name, json.dumps(call.input)) for call in response.tool_calls or ()]
    return _said(response.text or "", made)


def _events(events: Sequence[Any]) -> Said:
    deltas = [event.delta for event in events if event.type == "delta"]
    text = "".join(delta.text for delta in deltas if delta.type == "text")
    pieces: dict[int, list[Any]] = {}
    for delta in deltas:
        if delta.type == "tool_call":
            pieces.setdefault(delta.part_index, []).append(delta)
    made = [
        _call(_first(part, "id"), _first(part, "name"), "".join(piece.input for piece in part))
        for part in pieces.values()
    ]
    return _said(text, made)


def _first(pieces: Sequence[Any], key: str) -> Any:
    return next((told for piece in pieces if (told := getattr(piece, key)) is not None), None)


def said_in(result: Any) -> Said:
    """The first message of what a call brought."""
    output = result.outputs[0] if result.outputs else ""
    if not isinstance(output, dict):
        return _said(output or "", [])
    calls = [
        {"id": c["id"], "type": "function", "function": dict(c["function"])} for c in output.get("tool_calls") or ()
    ]
    return _said(output.get("text") or "", calls)


def usage_of(heard: Any) -> dict[str, int] | None:
    """Tokens in and out of a response or of the end of a stream; None where it doesn't say."""
    usage = heard.usage
    if usage is None or (usage.input_tokens is None and usage.output_tokens is None):
        return None
    told = {"input": usage.input_tokens or 0, "output": usage.output_tokens or 0}
    if usage.cache_read_tokens:
        told["cached"] = usage.cache_read_tokens
    if usage.cache_write_tokens:
        told["written"] = usage.cache_write_tokens
    return told


def _call(ident: Any, name: str, arguments: str) -> Said:
    return {"id": ident or "", "type": "function", "function": {"name": name or "", "arguments": arguments}}


def _said(text: str, calls: Sequence[Any]) -> Said:
    return {"role": "assistant", "content": text, **({"tool_calls": list(calls)} if calls else {})}
