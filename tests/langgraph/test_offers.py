"""The model and the options of a node are choices once the user offers some; each model is asked in its own form."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator
from typing import Any, TypedDict

import pytest
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from pydantic import BaseModel, Field

from llmdl_langgraph.adapt import adapt
from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_plugins.data import Example
from llmdl_plugins.errors import MisuseError, ParameterError
from llmdl_plugins.losses.loss import resolve
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.testing import ScriptedChat

from .test_frozen import ASKED

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from langgraph.prebuilt import create_react_agent


class Other(ScriptedChat):
    """Another provider: tools have another form there."""

    def bind_tools(self, tools: Any, *, tool_choice: Any = None, **kwargs: Any) -> Any:
        functions = [one["function"] for one in tools]
        mine = [{"name": f["name"], "input_schema": f["parameters"]} for f in functions]
        return self.bind(tools=mine, tool_choice={"type": "tool", "name": tool_choice})


class State(TypedDict, total=False):
    q: str
    out: str


class Word(BaseModel):
    """A word."""

    word: str = Field(description="The word.")


large = ScriptedChat(lambda messages, kwargs: "large", model="large")
small = ScriptedChat(lambda messages, kwargs: "small", model="small")
other = Other(lambda messages, kwargs: AIMessage("", tool_calls=[{"name": "Word", "args": {"word": "o"}, "id": "1"}]))


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    yield
    for model in (large, small, other):
        model.calls.clear()


def net_of(**nodes: Any) -> LangGraphNetwork:
    builder = StateGraph(State)
    before = START
    for name, node in nodes.items():
        builder.add_node(name, node)
        builder.add_edge(before, name)
        before = name
    found = adapt(builder.compile())
    assert found is not None
    return found


def plain(state: State) -> State:
    return {"out": large.invoke(f"What is {state['q']}?").text}


async def streamed(state: State) -> State:
    return {"out": "".join([c.text async for c in large.astream("hi")])}


def filled(state: State) -> State:
    bound = large.bind_tools([Word], tool_choice={"type": "function", "function": {"name": "Word"}}, strict=None)
    return {"out": str(bound.invoke("hi").tool_calls)}


def schema(state: State) -> State:
    form = {"type": "json_schema", "json_schema": {"name": "Word", "schema": Word.model_json_schema()}}
    return {"out": large.bind(response_format=form).invoke("hi").text}


def test_nothing_is_offered_and_nothing_changes_until_the_user_does() -> None:
    net = net_of(one=plain)
    before = net.fingerprint
    assert [name for name, p in net.named_parameters().items() if p.kind == "choice"] == []
    made = net.offer("one/model", {"small": small})
    assert net["one/model"] is made and made.options == ("as written", "small") and made.trainable
    assert net.fingerprint != before
    assert net.invoke({"q": "x"})["out"] == "large" and "one/model" in net.summary()


def test_the_chosen_model_is_asked_at_its_node_only() -> None:
    net = net_of(one=plain, two=streamed)
    net.offer("two/model", {"small": small})
    with net.using({"two/model": "small"}):
        output, tape = asyncio.run(net.trace({"q": "x"}))
    assert output["out"] == "small" and [len(m.calls) for m in (large, small)] == [1, 1]
    assert [net["two/model"] in step.reads for step in tape.steps] == [False, True]


def test_a_chosen_model_gets_the_tools_in_its_own_form() -> None:
    net = net_of(one=filled)
    net.offer("one/model", {"other": other})
    with net.using({"one/model": "other"}):
        assert "'word': 'o'" in net.invoke({"q": "x"})["out"]
    (call,) = other.calls
    assert call.kwargs["tools"][0]["input_schema"]["properties"]["word"]["description"] == "The word."
    assert call.kwargs["tool_choice"] == {"type": "tool", "name": "Word"} and not large.calls


def test_a_schema_in_a_providers_own_form_is_not_asked_of_another() -> None:
    net = net_of(one=schema)
    net.offer("one/model", {"other": other, "small": small})
    with net.using({"one/model": "small"}):
        assert "word" in net.invoke({"q": "x"})["out"] and small.calls
    with net.using({"one/model": "other"}), pytest.raises(MisuseError, match="function_calling"):
        net.invoke({"q": "x"})
    assert not other.calls


def test_an_option_of_the_calls_is_chosen() -> None:
    net = net_of(one=plain)
    net.offer("one/temperature", [0.0, 0.7])
    with net.using({"one/temperature": 0.7}):
        net.invoke({"q": "x"})
    assert large.calls[0].kwargs == {"temperature": 0.7}
    with pytest.raises(ParameterError, match="none of"), net.using({"one/temperature": 0.3}):
        pass


def test_an_agent_and_what_is_in_it_takes_the_model_of_its_node() -> None:
    @tool
    def look_up(word: str) -> str:
        """Look it up."""
        return word

    builder = StateGraph(MessagesState)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        builder.add_node("agent", create_react_agent(large, [look_up], prompt="You are kept short, always."))
    builder.add_edge(START, "agent")
    net = adapt(builder.compile())
    assert net is not None
    net.offer("agent/model", {"small": small})
    with net.using({"agent/model": "small"}):
        net.invoke(ASKED)
    assert small.calls[0].kwargs["tools"][0]["function"]["name"] == "look_up" and not large.calls


def test_a_choice_is_in_the_weights_and_never_in_a_patch() -> None:
    net = net_of(one=plain)
    net.offer("one/model", {"small": small})
    values = {"one/model": "small"}
    assert net.export("weights", values) == values
    for form in ("patch", "graph", "module"):
        with pytest.raises(CannotExportError, match="one/model = 'small'.*weights"):
            net.export(form, values)
    assert net.export("patch", {"one/model": "as written"}) == ""


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("nowhere/model", {"small": small}, "no node.*one"),
        ("one/model", [small], "by names"),
        ("one/model", {"small": small.bind(stop=["."])}, "the chat model itself"),
        ("one/model", {"small": "small"}, "provider:name"),
        ("one/temperature", 0.7, "values to choose from"),
        ("one/my option", [1], "keyword argument"),
    ],
)
def test_what_can_not_be_chosen_is_refused(name: str, given: Any, said: str) -> None:
    with pytest.raises(MisuseError, match=said):
        net_of(one=plain).offer(name, given)


async def test_the_ledger_names_the_model_that_was_asked_and_a_refused_call_is_never_scored() -> None:
    def caught(state: State) -> State:
        try:
            return schema(state)
        except Exception:
            return {"out": "as if nothing had happened"}

    net = net_of(one=plain, two=caught)
    net.offer("one/model", {"small": small})
    net.offer("two/model", {"other": other})
    ledger = Ledger()
    cashier = Cashier(ledger, Meter(Budget()))
    evaluator = Evaluator(net, resolve("exact_match"), ledger, cashier)
    row = Example({"q": "x"}, {"out": "y"}, "1")
    await evaluator.evaluate([{"one/model": "small"}], [row])
    models = [row for (row,) in ledger._db.execute("SELECT request FROM calls ORDER BY rowid")]
    assert ['"model":"small"' in models[0], '"model":"large"' in models[1]] == [True, True]
    with pytest.raises(MisuseError, match="two calls ScriptedChat"):
        await evaluator.evaluate([{"two/model": "other"}], [row])
    ledger.close()
