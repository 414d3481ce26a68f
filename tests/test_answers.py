"""A message is told in one way, whoever tells it."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from llmdl_plugins.door.answers import told
from llmdl_plugins.plain import plain

CALL = {"name": "look_up", "args": {"word": "rain"}, "id": "1", "type": "tool_call"}


@pytest.mark.parametrize(
    "message",
    [
        HumanMessage("half \ud83d emoji", name="Ada"),
        SystemMessage([{"type": "text", "text": "one"}, "two"]),
        AIMessage("", tool_calls=[CALL]),
        AIMessageChunk("part", id="run-1"),
        ToolMessage("rain", tool_call_id="1"),
        HumanMessage("x", note="a field of its own"),
    ],
)
def test_a_message_is_told_as_everything_else_is(message: BaseMessage) -> None:
    assert told(message) == plain(message)
