"""The recipe starts as the application that it is put on."""

from __future__ import annotations

from typing import Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph

from llmdl_plugins import trainable
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.testing import ScriptedChat
from llmdl_recipes.architectures.demonstrations import demonstrations


class State(TypedDict):
    text: str
    label: str


def agent(model: ScriptedChat) -> Any:
    def label(state: State) -> dict[str, str]:
        return {"label": model.invoke([("system", "You label texts with one word."), ("user", state["text"])]).text}

    return StateGraph(State).add_node("label", label).add_edge(START, "label").add_edge("label", END).compile()


def test_at_initial_values_calls_and_answers_are_those_of_the_given_application() -> None:
    model = ScriptedChat(script=lambda messages, kwargs: f"seen {len(messages)}")
    plain = trainable(agent(model))
    wrapped = demonstrations(plain, source="text")
    assert plain.invoke({"text": "a"}) == wrapped.invoke({"text": "a"})
    assert model.calls[0] == model.calls[1]


def test_the_chosen_alternative_shows_its_examples() -> None:
    model = ScriptedChat(script=lambda messages, kwargs: "x")
    wrapped = demonstrations(trainable(agent(model)), node="label", source="text")
    demos = [{"input": "one", "output": "1"}]
    with wrapped.using({"label/chosen": "static", "label/static/demos": demos}):
        wrapped.invoke({"text": "two"})
    assert "Example: one\nAnswer: 1\n\nExample: two\nAnswer:" in model.calls[-1].text


def test_an_unknown_node_is_answered_with_a_near_one() -> None:
    with pytest.raises(MisuseError, match="Did you mean 'label'"):
        demonstrations(trainable(agent(ScriptedChat(script=["x"]))), node="lable", source="text")
