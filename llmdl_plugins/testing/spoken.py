"""A scripted text as a message: plain, as the tool call or the JSON that the caller asks for, or in pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, ToolCall
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk

from llmdl_plugins.plain import digest, dumps
from llmdl_plugins.testing.shapes import filled, formatted


def spoken(text: str, kwargs: Mapping[str, Any], call: object) -> AIMessage:
    """The message that a text becomes.

    Args:
        text: what the script says; a JSON object gives the arguments of a tool call as they stand.
        kwargs: settings of the call; `tool_choice` forces a tool call, `response_format` asks for JSON.
        call: what the id of a tool call is made from.
    """
    tool = _forced(kwargs.get("tools"), kwargs.get("tool_choice"))
    if tool is None:
        return AIMessage(formatted(kwargs.get("response_format"), text))
    args = filled(tool.get("parameters", {}), text)
    return AIMessage("", tool_calls=[ToolCall(name=tool["name"], args=args, id=f"call_{digest(call, text)[:12]}")])


def _forced(tools: Any, choice: Any) -> dict[str, Any] | None:
    """The tool that has to be called: the one that is named, or the first where any will do."""
    if not tools or not choice or choice in ("auto", "none"):
        return None
    functions: list[dict[str, Any]] = [tool["function"] for tool in tools]
    name = choice["function"]["name"] if isinstance(choice, dict) else choice
    return next((function for function in functions if function["name"] == name), functions[0])


def pieces(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    """The words of a message, then what comes at its end: tool calls and usage."""
    content = message.content
    words = re.findall(r"\s*\S+|\s+$", content) if isinstance(content, str) else [content]
    for word in words:
        yield ChatGenerationChunk(message=AIMessageChunk(content=word, id=message.id))
    yield ChatGenerationChunk(message=_last_chunk(message))


def _last_chunk(message: AIMessage) -> AIMessageChunk:
    calls = [
        tool_call_chunk(name=call["name"], args=dumps(call["args"]), id=call["id"], index=number)
        for number, call in enumerate(message.tool_calls)
    ]
    return AIMessageChunk(
        content="" if isinstance(message.content, str) else [],
        id=message.id,
        tool_call_chunks=calls,
        usage_metadata=message.usage_metadata,
        response_metadata=message.response_metadata,
        additional_kwargs=message.additional_kwargs,
        chunk_position="last",
    )
