"""A graph's run on the tape: its steps, what each read and sent, what fed it, in paths that are equal in every run."""

from __future__ import annotations

import asyncio
import operator
from collections import Counter
from typing import Annotated, Any, Literal, TypedDict

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, RetryPolicy, Send, interrupt

from llmdl_langgraph.network import LangGraphNetwork, adapt
from llmdl_plugins import boundary
from llmdl_plugins.tape import Step, Tape, recording
from llmdl_plugins.testing import ScriptedChat

from .conftest import Agent
from .test_frozen import ASKED, INPUTS, network

model = ScriptedChat(lambda messages, settings: "said")


class State(TypedDict, total=False):
    n: int
    items: Annotated[list[str], operator.add]
    item: str
    text: str


def net_of(builder: StateGraph[Any, Any, Any, Any], **settings: Any) -> LangGraphNetwork:
    found = adapt(builder.compile(**settings))
    assert found is not None
    return found


def fed(tape: Tape) -> dict[str, list[str]]:
    return {step.path: [feeder.path for feeder in step.fed_by] for step in tape.steps}


def step_at(tape: Tape, path: str) -> Step:
    return next(step for step in tape.steps if step.path == path)


async def test_sub_graphs_are_nested_and_fed_from_outside(agent: Agent) -> None:
    _, tape = await network(agent("chains")).trace(INPUTS["chains"])
    assert fed(tape) == {
        "draft#0": [],
        "review#0": ["draft#0", "review#0/check#0", "review#0/polish#0"],
        "review#0/check#0": ["draft#0"],
        "review#0/polish#0": ["draft#0", "review#0/check#0"],
    }


async def test_tools_and_turns_of_an_agent(agent: Agent) -> None:
    _, tape = await network(agent("react")).trace(ASKED)
    assert fed(tape) == {"agent#0": [], "tools#0": ["agent#0"], "agent#1": ["tools#0"]}
    (call,) = step_at(tape, "tools#0").tools
    assert (call.name, call.arguments) == ("look_up", {"word": "rain"})
    assert call.answer["content"] == "rain means something"  # type: ignore[index, call-overload]


async def test_what_is_sent_is_fed_by_its_sender_and_joined_by_all(agent: Agent) -> None:
    _, tape = await network(agent("fan")).trace(INPUTS["fan"])
    told = fed(tape)
    assert told["joke#0"] == told["joke#1"] == ["plan#0"]
    assert {"joke#0", "joke#1"} <= set(told["best#0"])
    assert step_at(tape, "best#0").outputs.keys() == {"best"}


async def test_paths_do_not_depend_on_who_is_faster() -> None:
    waits: dict[str, float] = {}

    async def work(state: State) -> State:
        await asyncio.sleep(waits[state["item"]])
        return {"items": [(await model.ainvoke(state["item"])).text]}

    async def loop(state: State) -> Command[Literal["work", "__end__"]]:
        again = [Send("work", {"item": item}) for item in "abc"]
        return Command(update={"n": state.get("n", 0) + 1}, goto=again if state.get("n", 0) < 2 else END)

    builder = StateGraph(State)
    builder.add_node("loop", loop)
    builder.add_node("work", work)
    builder.add_edge(START, "loop")
    builder.add_edge("work", "loop")
    net = net_of(builder)
    found = []
    for order in ("abc", "cba"):
        waits.update({item: n / 100 for n, item in enumerate(order)})
        _, tape = await net.trace({})
        found.append({step.path: str(step.calls[0].messages) for step in tape.steps if step.calls})
    assert found[0] == found[1]
    assert list(found[0]) == [f"work#{n}" for n in range(6)]


class Till:
    """A payer that pays for everything, and keeps the calls."""

    def __init__(self) -> None:
        self.calls: list[boundary.Call] = []

    async def apay(self, call: boundary.Call, send: Any) -> Any:
        self.calls.append(call)
        return await send()

    def pay(self, call: boundary.Call, send: Any) -> Any:
        self.calls.append(call)
        return send()

    def begin(self, call: boundary.Call) -> None:
        self.calls.append(call)

    async def abegin(self, call: boundary.Call) -> None:
        self.calls.append(call)

    def finish(self, call: boundary.Call, answer: Any) -> None: ...

    def fail(self, call: boundary.Call, error: BaseException) -> None: ...


@pytest.mark.parametrize("name", INPUTS)
async def test_a_call_has_the_same_key_in_every_run(agent: Agent, name: str) -> None:
    net = network(agent(name))
    keys = []
    for _ in range(2):
        till = Till()
        with boundary.scope(payer=till, turns=Counter()):
            _, tape = await net.trace(INPUTS[name])
        assert {call.path for call in till.calls} == {step.path for step in tape.steps if step.calls}
        keys.append(sorted(call.key for call in till.calls))
    assert keys[0] == keys[1] and len(set(keys[0])) == len(keys[0])


async def test_errors_are_noted_and_raised() -> None:
    def fails(state: State) -> State:
        raise ValueError("no such thing")

    builder = StateGraph(State)
    builder.add_node("fails", fails)
    builder.add_edge(START, "fails")
    tapes: list[Tape] = []
    net = net_of(builder)
    with pytest.raises(ValueError, match="no such thing"):
        await traced(net, {}, tapes)
    assert tapes[0].steps[0].error == "ValueError('no such thing')"


async def traced(net: LangGraphNetwork, inputs: Any, tapes: list[Tape]) -> Any:
    with boundary.door(), boundary.scope(), recording() as recorded:
        tapes.append(recorded)
        return await net.forward(inputs)


async def test_a_retry_goes_on_in_the_same_step() -> None:
    tries: list[int] = []

    async def flaky(state: State) -> State:
        tries.append(1)
        await model.ainvoke("try it")
        if len(tries) < 2:
            raise ConnectionError("gone")
        return {"text": "fine"}

    builder = StateGraph(State)
    builder.add_node("flaky", flaky, retry_policy=RetryPolicy(initial_interval=0.01))
    builder.add_edge(START, "flaky")
    _, tape = await net_of(builder).trace({})
    (step,) = tape.steps
    assert len(step.calls) == 2 and step.error is None and step.outputs == {"text": "fine"}


async def test_an_interrupt_is_no_failure_of_the_node() -> None:
    def asks(state: State) -> State:
        return {"text": interrupt("which one?")}

    builder = StateGraph(State)
    builder.add_node("asks", asks)
    builder.add_edge(START, "asks")
    output, tape = await net_of(builder, checkpointer=InMemorySaver()).trace({})
    assert "__interrupt__" in output and tape.steps[0].error is None


async def test_a_command_to_the_graph_above_is_the_output_of_its_node() -> None:
    def up(state: State) -> Command[str]:
        return Command(graph=Command.PARENT, update={"text": "from below"}, goto="after")

    def after(state: State) -> State:
        return {"text": state["text"] + "!"}

    inner = StateGraph(State)
    inner.add_node("up", up)
    inner.add_edge(START, "up")
    builder = StateGraph(State)
    builder.add_node("sub", inner.compile(), destinations=("after",))
    builder.add_node("after", after)
    builder.add_edge(START, "sub")
    output, tape = await net_of(builder).trace({"text": ""})
    assert output["text"] == "from below!"
    assert step_at(tape, "sub#0/up#0").outputs == {"text": "from below"}
    assert not [step for step in tape.steps if step.error]
    assert "sub#0" in fed(tape)["after#0"]


async def test_a_tape_survives_json(agent: Agent) -> None:
    net = network(agent("react"))
    _, tape = await net.trace(ASKED)
    names = {p: n for n, p in net.named_parameters().items()}
    told = tape.json(names)
    assert Tape.from_json(told, net.named_parameters()).json(names) == told
