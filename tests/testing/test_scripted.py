"""A scripted chat model: its script, its memory, and the ways in which LangChain may call it."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from operator import add
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolCall
from langgraph.graph import START, MessagesState, StateGraph
from pydantic import BaseModel

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.testing import ScriptedChat

SEARCH = ToolCall(name="search", args={"query": "rain"}, id="call_1")


class Verdict(BaseModel):
    """A verdict on a text."""

    label: str
    stars: int


def search(query: str) -> str:
    """Search for a query."""
    return query


def shout(messages: list[BaseMessage], kwargs: dict[str, Any]) -> str:
    return messages[-1].text.upper()


def test_a_list_answers_in_order_and_then_says_that_it_is_used_up() -> None:
    chat = ScriptedChat(["one", AIMessage("two")])
    assert [chat.invoke("a").text, chat.invoke("b").text] == ["one", "two"]
    with pytest.raises(MisuseError, match="2 answers and this is call 3"):
        chat.invoke("c")


def test_a_function_answers_from_messages_and_settings() -> None:
    chat = ScriptedChat(lambda messages, kwargs: f"{messages[-1].text} {kwargs['temperature']}")
    assert chat.invoke("warm", temperature=1).text == "warm 1"


def test_every_call_is_kept_as_plain_json() -> None:
    chat = ScriptedChat(shout)
    chat.invoke([("system", "Shout."), ("user", "hi")], stop=["."])
    asyncio.run(chat.bind_tools([search]).ainvoke([AIMessage("", tool_calls=[SEARCH]), HumanMessage("on")]))
    first, second = chat.calls
    assert first.messages == [{"type": "system", "content": "Shout."}, {"type": "human", "content": "hi"}]
    assert first.kwargs == {"stop": ["."]} and first.text == "Shout.\nhi"
    assert second.messages[0]["tool_calls"][0]["args"] == {"query": "rain"}
    assert second.kwargs["tools"][0]["function"]["name"] == "search"
    assert json.loads(json.dumps([call.messages for call in chat.calls])) == [first.messages, second.messages]


def test_a_call_is_kept_even_where_the_script_raises() -> None:
    def fail(messages: list[BaseMessage], kwargs: dict[str, Any]) -> str:
        raise TimeoutError("too slow")

    chat = ScriptedChat(fail)
    with pytest.raises(TimeoutError):
        chat.invoke("hi")
    assert len(chat.calls) == 1


def test_sync_async_and_streams_say_the_same() -> None:
    text = "Two  words,\nand a line.\n"
    chat = ScriptedChat(lambda messages, kwargs: text)

    async def drained() -> list[AIMessageChunk]:
        return [chunk async for chunk in chat.astream("x")]

    sync, late = list(chat.stream("x")), asyncio.run(drained())
    assert chat.invoke("x").text == asyncio.run(chat.ainvoke("x")).text == text
    assert [c.text for c in sync] == [c.text for c in late] == ["Two", "  words,", "\nand", " a", " line.", "\n", ""]
    assert reduce(add, sync).usage_metadata == chat.invoke("x").usage_metadata
    assert len(chat.calls) == 5


def test_usage_is_counted_or_taken_from_the_script() -> None:
    said = ScriptedChat(["x" * 40]).invoke("y" * 80)
    assert said.usage_metadata == {"input_tokens": 20, "output_tokens": 10, "total_tokens": 30}
    told = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    assert ScriptedChat([AIMessage("x", usage_metadata=told)]).invoke("y").usage_metadata == told


def test_a_message_of_the_script_is_never_written_into() -> None:
    message = AIMessage("same")
    chat = ScriptedChat([message, message])
    assert chat.invoke("a").id != chat.invoke("b").id
    assert message.id is None and message.usage_metadata is None


def test_tool_calls_come_whole_and_streamed() -> None:
    chat = ScriptedChat(lambda messages, kwargs: AIMessage("Let me see.", tool_calls=[SEARCH]))
    assert chat.bind_tools([search]).invoke("x").tool_calls[0]["args"] == {"query": "rain"}
    joined = reduce(add, chat.bind_tools([search]).stream("x"))
    assert isinstance(joined, AIMessageChunk)
    assert joined.text == "Let me see." and joined.tool_calls[0] == {**SEARCH, "type": "tool_call"}


@pytest.mark.parametrize("choice", ["any", "required", "search", {"type": "function", "function": {"name": "search"}}])
def test_a_text_becomes_the_tool_call_that_is_forced(choice: Any) -> None:
    said = ScriptedChat(["rain"]).bind_tools([search], tool_choice=choice).invoke("x")
    assert [(call["name"], call["args"]) for call in said.tool_calls] == [("search", {"query": "rain"})]


@pytest.mark.parametrize("choice", [None, "auto", "none"])
def test_a_text_stays_a_text_where_no_tool_is_forced(choice: Any) -> None:
    said = ScriptedChat(["rain"]).bind_tools([search], tool_choice=choice).invoke("x")
    assert said.text == "rain" and not said.tool_calls


def test_the_tool_that_is_named_is_called() -> None:
    bound = ScriptedChat(['{"label": "good", "stars": 4}']).bind_tools([search, Verdict], tool_choice="Verdict")
    assert bound.invoke("x").tool_calls[0]["name"] == "Verdict"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [('{"label": "good", "stars": 4}', Verdict(label="good", stars=4)), ("top 5", Verdict(label="top 5", stars=5))],
)
def test_structured_output_is_filled_from_the_text(text: str, verdict: Verdict) -> None:
    chat = ScriptedChat(lambda messages, kwargs: text)
    assert chat.with_structured_output(Verdict).invoke("x") == verdict
    assert asyncio.run(chat.with_structured_output(Verdict).ainvoke("x")) == verdict
    schema = {"title": "Verdict", **{k: v for k, v in Verdict.model_json_schema().items() if k != "title"}}
    assert chat.with_structured_output(schema).invoke("x") == verdict.model_dump()


def test_a_response_format_gives_json() -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "Verdict", "schema": Verdict.model_json_schema()}}
    said = ScriptedChat(["top 5"]).bind(response_format=schema).invoke("x")
    assert json.loads(said.text) == {"label": "top 5", "stars": 5}


def test_calls_from_many_threads_take_each_answer_once() -> None:
    chat = ScriptedChat([str(number) for number in range(200)])
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: chat.invoke("x").text, range(200)))
    assert sorted(said, key=int) == [str(number) for number in range(200)]
    assert len(chat.calls) == 200


def test_it_streams_tokens_out_of_a_graph() -> None:
    chat = ScriptedChat(["Hello there, reader."])
    builder = StateGraph(MessagesState)
    builder.add_node("greet", lambda state: {"messages": [chat.invoke(state["messages"])]})
    builder.add_edge(START, "greet")
    asked = MessagesState(messages=[HumanMessage("hi")])
    parts: Any = builder.compile().stream(asked, stream_mode="messages")
    words = [chunk.text for chunk, _ in parts]
    assert words == ["Hello", " there,", " reader.", ""]
