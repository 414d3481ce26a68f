"""A graph's run on the tape: its steps, what each read and sent, what fed it, in paths that are equal in every run."""

from __future__ import annotations

import asyncio
import gc
import operator
import weakref
from collections import Counter
from typing import Annotated, Any, Literal, TypedDict

import pytest
from langchain_core.documents import Document
from langchain_core.messages import HumanMessage
from langchain_core.retrievers import BaseRetriever
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, RetryPolicy, Send, interrupt

from llmdl_langgraph.adapt import adapt
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_plugins.data import Example
from llmdl_plugins.door import boundary
from llmdl_plugins.rows import Extras
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

    def first(self, call: boundary.Call, start: Any) -> Any:
        return start()

    async def afirst(self, call: boundary.Call, start: Any) -> Any:
        return await start()

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


def branching(*nodes: tuple[str, Any], **settings: Any) -> StateGraph[Any, Any, Any, Any]:
    """A graph whose nodes follow one another."""
    builder = StateGraph(State)
    for name, does in nodes:
        builder.add_node(name, does, **settings.get(name, {}))
    for before, (after, _) in zip([START, *(name for name, _ in nodes)], nodes, strict=False):
        builder.add_edge(before, after)
    return builder


async def says(state: State) -> State:
    return {"text": (await model.ainvoke("say it")).text}


def no_orphans(tape: Tape, calls: int) -> None:
    assert not tape.strays and sum(len(step.calls) for step in tape.steps) == calls


async def test_a_loop_by_command_is_fed_by_its_own_turns() -> None:
    async def loop(state: State) -> Command[Literal["loop", "__end__"]]:
        await model.ainvoke("again")
        n = state.get("n", 0) + 1
        return Command(update={"n": n}, goto="loop" if n < 3 else END)

    _, tape = await net_of(branching(("loop", loop))).trace({"text": ""})
    assert fed(tape) == {"loop#0": [], "loop#1": ["loop#0"], "loop#2": ["loop#1"]}
    no_orphans(tape, 3)


async def test_a_second_fan_out_is_numbered_on_and_joined_by_its_own_round() -> None:
    async def plan(state: State) -> Command[Literal["work", "end"]]:
        n = state.get("n", 0) + 1
        return Command(update={"n": n}, goto=[Send("work", {"item": f"{n}{i}"}) for i in "ab"] if n < 3 else "end")

    async def work(state: State) -> State:
        return {"items": [(await model.ainvoke(state["item"])).text]}

    builder = branching(("plan", plan))
    builder.add_node("work", work)
    builder.add_node("end", lambda state: {"text": str(len(state["items"]))})
    builder.add_edge("work", "plan")
    _, tape = await net_of(builder).trace({"text": ""})
    told = fed(tape)
    assert told["work#0"] == told["work#1"] == ["plan#0"] and told["work#2"] == told["work#3"] == ["plan#1"]
    assert {"work#0", "work#1", "plan#0"} == set(told["plan#1"])
    assert {"work#2", "work#3", "plan#2"} <= set(told["end#0"])
    no_orphans(tape, 4)


async def test_a_join_is_fed_by_both_sides() -> None:
    builder = StateGraph(State)
    builder.add_node("left", lambda state: {"text": "l"})
    builder.add_node("right", lambda state: {"items": ["r"]})
    builder.add_node("both", says)
    builder.add_edge(START, "left")
    builder.add_edge(START, "right")
    builder.add_edge(["left", "right"], "both")
    _, tape = await net_of(builder).trace({"n": 1})
    assert set(fed(tape)["both#0"]) == {"left#0", "right#0"}
    no_orphans(tape, 1)


async def test_a_deferred_node_is_fed_by_all_that_ran_before() -> None:
    builder = StateGraph(State)
    builder.add_node("short", lambda state: {"items": ["short"]})
    builder.add_node("long", lambda state: {"items": ["long"]})
    builder.add_node("longer", lambda state: {"items": ["longer"]})
    builder.add_node("last", says, defer=True)
    for before, after in ((START, "short"), (START, "long"), ("long", "longer"), ("short", "last"), ("longer", "last")):
        builder.add_edge(before, after)
    _, tape = await net_of(builder).trace({"n": 1})
    assert [step.path for step in tape.steps].count("last#0") == 1 and tape.steps[-1].path == "last#0"
    assert "longer#0" in fed(tape)["last#0"]
    no_orphans(tape, 1)


async def test_a_graph_called_in_a_node_is_inside_its_step() -> None:
    inner = branching(("inside", says)).compile()

    async def outside(state: State) -> State:
        return {"text": (await inner.ainvoke({"n": 1}))["text"]}

    _, tape = await net_of(branching(("outside", outside), ("after", says))).trace({"n": 1})
    assert list(fed(tape)) == ["outside#0", "outside#0/inside#0", "after#0"]
    assert "outside#0/inside#0" in fed(tape)["outside#0"] and "outside#0" in fed(tape)["after#0"]
    no_orphans(tape, 2)


@pytest.mark.parametrize("how", ["model", "graph", "generate", "agenerate", "wrapped"])
async def test_calls_whose_callbacks_were_taken_away_belong_to_their_node(how: str) -> None:
    inner = branching(("inside", says)).compile()

    async def quiet(state: State) -> State:
        asked = [HumanMessage("say it")]
        if how == "model":
            await model.ainvoke(asked, {"callbacks": []})
        elif how == "graph":
            await inner.ainvoke({"n": 1}, {"callbacks": []})
        elif how == "wrapped":  # whose metadata take the place of LangGraph's
            await model.with_retry().ainvoke(asked, {"metadata": {"asked_by": "me"}})
        elif how == "generate":
            model.generate([asked])
        else:
            await model.agenerate([asked])
        return {"text": "x"}

    _, tape = await net_of(branching(("quiet", quiet), ("after", says))).trace({"n": 1})
    no_orphans(tape, 2)
    assert len(step_at(tape, "after#0").calls) == 1
    assert sum(len(s.calls) for s in tape.steps if s.path.startswith("quiet#0")) == 1


async def test_an_interrupted_node_that_goes_on_is_one_step() -> None:
    async def asks(state: State) -> State:
        said = await model.ainvoke("before")
        return {"text": f"{said.text} {interrupt('which one?')}"}

    net = net_of(branching(("asks", asks), ("after", says)))
    with net.recorded() as tape:
        (output,) = await net.play(Example({"n": 1}, "", "1", extras=Extras(resume=("this",))))
    assert output["text"] == "said" and step_at(tape, "asks#0").outputs == {"text": "said this"}
    assert list(fed(tape)) == ["asks#0", "after#0"] and "asks#0" in fed(tape)["after#0"]
    assert not any(step.error for step in tape.steps)
    no_orphans(tape, 3)


async def test_the_node_that_handles_an_error_is_a_step_of_its_own() -> None:
    async def fails(state: State) -> State:
        await model.ainvoke("try")
        raise ValueError("no such thing")

    async def mends(state: State) -> State:
        return {"text": (await model.ainvoke("mend it")).text}

    builder = branching(("fails", fails), fails={"error_handler": mends})
    output, tape = await net_of(builder).trace({"n": 1})
    assert output["text"] == "said"
    failed, handled = tape.steps
    assert failed.name == "fails" and failed.error == "ValueError('no such thing')"
    assert handled.error is None and handled.outputs == {"text": "said"} and len(handled.calls) == 1
    no_orphans(tape, 2)


async def test_tasks_of_the_functional_api_are_steps_inside_their_entrypoint() -> None:
    @task
    async def draft(topic: str) -> str:
        return f"{topic}: {(await model.ainvoke(topic)).text}"

    @task
    async def mend(text: str, times: int) -> str:
        return (await model.ainvoke(text)).text * times

    @entrypoint()
    async def flow(given: dict[str, str]) -> str:
        first, second = await asyncio.gather(draft(given["topic"]), draft("milk"))
        return (await model.ainvoke(f"{first} {await mend(second, times=2)}")).text

    net = adapt(flow)
    assert net is not None
    _, tape = await net.trace({"topic": "tea"})
    told = fed(tape)
    inside = ["flow#0/draft#0", "flow#0/draft#1", "flow#0/mend#2"]
    assert sorted(told) == ["flow#0", *inside] and set(told["flow#0"]) == set(inside)
    assert told["flow#0/mend#2"] == ["flow#0/draft#1"] and told["flow#0/draft#0"] == []
    assert len(step_at(tape, "flow#0").calls) == 1
    no_orphans(tape, 4)


async def test_a_search_is_noted_like_a_tool() -> None:
    class Archive(BaseRetriever):
        def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
            return [Document(f"all about {query}")]

    async def search(state: State) -> State:
        return {"text": (await Archive().ainvoke("tea"))[0].page_content}

    _, tape = await net_of(branching(("search", search))).trace({"n": 1})
    (call,) = step_at(tape, "search#0").tools
    assert (call.name, call.arguments) == ("Archive", {"query": "tea"})
    assert call.answer[0]["page_content"] == "all about tea"  # type: ignore[index, call-overload]


async def test_a_tape_whose_steps_are_fed_from_within_survives_json(agent: Agent) -> None:
    net = network(agent("chains"))
    _, tape = await net.trace(INPUTS["chains"])
    names = {p: n for n, p in net.named_parameters().items()}
    told = tape.json(names)
    assert Tape.from_json(told, net.named_parameters()).json(names) == told


def test_a_tape_that_is_dropped_does_not_wait_for_the_garbage_collector() -> None:
    net = net_of(branching(("one", says), ("two", says)))
    gc.collect()
    gc.disable()
    try:
        kept = weakref.ref(asyncio.run(net.trace({"n": 1}))[1])
        assert kept() is None
    finally:
        gc.enable()
