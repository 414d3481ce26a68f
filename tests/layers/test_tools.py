"""Tools that a model uses before it answers, and code of the user as a layer."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.tools import tool

from llmdl_plugins import Calls, trainable
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers.black_box import BlackBox
from llmdl_plugins.layers.tool import Tool
from llmdl_plugins.testing import ScriptedChat


@tool
def weather(city: str) -> str:
    """What the weather is like."""
    return f"rain in {city}"


def asking(name: str = "weather", **args: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": name, "args": args, "id": "1", "type": "tool_call"}])


def test_a_tool_is_used_and_then_it_answers() -> None:
    model = ScriptedChat([asking(city="Rome"), "It rains."])
    layer = Tool(model, [weather], "question", "answer")
    assert layer.invoke({"question": "Rome?"}) == {"answer": "It rains."} and 2 in layer.calls()
    assert model.calls[1].messages[-1]["content"] == "rain in Rome"


def test_the_description_of_a_tool_is_trained() -> None:
    model = ScriptedChat(["a", "b"])
    net = trainable(Tool(model, [weather], "question", "answer"))
    with net.using({"tools.weather/description": "Tells rain."}):
        net.invoke({"question": "?"})
    offered: Any = model.calls[0].kwargs["tools"]
    assert offered[0]["function"]["description"] == "Tells rain." and "city" in str(offered[0])


def test_after_its_rounds_it_has_to_answer() -> None:
    model = ScriptedChat([asking(city="Rome"), asking(city="Oslo"), "Rain everywhere."])
    layer = Tool(model, [weather], "messages", "answer", rounds=2)
    assert layer.invoke({"messages": [HumanMessage("Rome?")]}) == {"answer": "Rain everywhere."}
    assert layer.calls() == Calls(1, 3) and model.calls[2].messages[-1]["content"].startswith("Answer now")


def test_a_tool_that_is_not_there_is_said_to_the_model() -> None:
    model = ScriptedChat([asking("wether"), "Sorry."])
    Tool(model, [weather], "question", "answer").invoke({"question": "?"})
    assert model.calls[1].messages[-1]["content"] == "There is no tool 'wether'; there are: weather."


async def test_uses_of_tools_are_on_the_tape() -> None:
    model = ScriptedChat([asking(city="Rome"), "It rains."])
    _, tape = await trainable(Tool(model, [weather], "question", "answer")).trace({"question": "?"})
    assert [(used.name, used.arguments) for step in tape.steps for used in step.tools] == [
        ("weather", {"city": "Rome"})
    ]


@pytest.mark.parametrize(
    ("said", "build"),
    [
        ("one tool at least", lambda: Tool(ScriptedChat([]), [], "q", "a")),
        ("two tools are named 'weather'", lambda: Tool(ScriptedChat([]), [weather, weather], "q", "a")),
        ("a loop needs a cap", lambda: Tool(ScriptedChat([]), [weather], "q", "a", rounds=0)),
        ("FakeListChatModel calls no tools", lambda: Tool(FakeListChatModel(responses=[]), [weather], "q", "a")),
    ],
)
def test_what_can_not_work_is_refused_when_it_is_built(said: str, build: Any) -> None:
    with pytest.raises(MisuseError, match=said):
        build()


def test_a_chain_of_the_user_is_a_layer() -> None:
    chain = ChatPromptTemplate.from_template("Say {question}.") | ScriptedChat(["Hello."]) | (lambda said: said.text)
    layer = BlackBox(chain, "greet", target="answer")
    assert layer.invoke({"question": "hello"}) == {"answer": "Hello."} and layer.writes == ("answer",)
    assert layer.calls(greet=1) == Calls(1) and trainable(layer).named_parameters() == {}
    with pytest.raises(MisuseError, match="is not known before a run"):
        layer.calls()


def test_a_function_gives_an_update_or_has_a_target() -> None:
    def shout(state: Any) -> Any:
        return state["text"].upper()

    assert BlackBox(lambda state: {"text": "x"}).invoke({}) == {"text": "x"}
    assert BlackBox(shout).get_name() == "shout"
    with pytest.raises(MisuseError, match="shout gave a str, which is no update"):
        BlackBox(shout).invoke({"text": "x"})
