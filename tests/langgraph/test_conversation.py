"""Rows on a graph: questions are answered from the row or the row fails, turns share one thread of their own,
and the graph gets the context that it would get when it is served."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, BaseMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send, interrupt
from pydantic import BaseModel

from llmdl_langgraph.adapt import adapt
from llmdl_langgraph.finding.probes import traces
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_plugins.data import Example
from llmdl_plugins.door import boundary
from llmdl_plugins.loading import load
from llmdl_plugins.losses.loss import resolve
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.testing import ScriptedChat

model = ScriptedChat(lambda messages, kwargs: f"said {messages[-1].text}")


class State(TypedDict, total=False):
    topic: str
    items: Annotated[list[str], operator.add]
    text: str


def net_of(builder: Any, **settings: Any) -> LangGraphNetwork:
    found = adapt(builder.compile(**settings) if isinstance(builder, StateGraph) else builder)
    assert found is not None
    return found


def one_node(does: Any, schema: Any = State, **settings: Any) -> StateGraph[Any, Any, Any, Any]:
    builder = StateGraph(schema, **settings)
    builder.add_node("node", does)
    builder.add_edge(START, "node")
    return builder


def row(**given: Any) -> Example:
    (example,) = load([given])
    return example


@contextmanager
def evaluator(net: LangGraphNetwork, ledger: Ledger, loss: Any = "exact_match", **settings: Any) -> Iterator[Evaluator]:
    with boundary.door():
        yield Evaluator(net, resolve(loss), ledger, Cashier(ledger, Meter(Budget())), **settings)


async def rolled(net: LangGraphNetwork, example: Example, **settings: Any) -> Rollout:
    with closing(Ledger()) as ledger, evaluator(net, ledger, **settings) as at:
        (rollout,) = await at.evaluate([{}], [example])
        assert (await at.evaluate([{}], [example]))[0].tape.json({}) == rollout.tape.json({})
        return rollout


async def asks_twice(state: State) -> State:
    said = await model.ainvoke(state["topic"])
    first = interrupt("which one?")
    second = interrupt({"really": first})
    return {"text": f"{said.text}, {first}, {second}"}


@pytest.mark.parametrize(
    "resume",
    [["the red one", "yes"], {"which one?": "the red one", "{'really': 'the red one'}": "yes"}],
)
@pytest.mark.parametrize("memory", [None, InMemorySaver()])
async def test_interrupts_are_answered_from_the_row(resume: Any, memory: Any) -> None:
    net = net_of(one_node(asks_twice), checkpointer=memory)
    given = row(inputs={"topic": "tea"}, expected={"text": "said tea, the red one, yes"}, resume=resume)
    rollout = await rolled(net, given)
    assert (rollout.status, rollout.score) == ("scored", 1.0)
    (step,) = rollout.tape.steps
    assert step.error is None and step.outputs == {"text": "said tea, the red one, yes"}
    assert len(step.calls) == 3 and not rollout.tape.strays
    assert memory is None or not list(memory.list(None))


@pytest.mark.parametrize("memory", [None, True])
@pytest.mark.parametrize("resume", [[], ["the red one"], {"another": 1}])
async def test_without_an_answer_the_row_fails_and_keeps_its_tape(memory: Any, resume: Any) -> None:
    net = net_of(one_node(asks_twice), checkpointer=InMemorySaver() if memory else None)
    rollout = await rolled(net, row(inputs={"topic": "tea"}, expected={"text": "x"}, resume=resume))
    assert (rollout.status, rollout.score) == ("task error", 0.0)
    assert "asked" in rollout.words and 'add one to the row\'s "resume"' in rollout.words
    assert [step.name for step in rollout.tape.steps] == ["node"] and rollout.tape.calls


async def test_a_graph_that_asks_for_ever_ends() -> None:
    def stubborn(state: State) -> State:
        while interrupt("yes?") != "yes":
            pass
        return {"text": "fine"}

    rollout = await rolled(
        net_of(one_node(stubborn)), row(inputs={"topic": ""}, expected={"text": "fine"}, resume={"node": "no"})
    )
    assert rollout.status == "task error" and "more than 100 times" in rollout.words


async def test_questions_side_by_side_get_their_own_answers() -> None:
    def plan(state: State) -> list[Send]:
        return [Send("work", {"topic": topic}) for topic in "abc"]

    def work(state: State) -> State:
        return {"items": [state["topic"] + interrupt(f"what of {state['topic']}?")]}

    builder = StateGraph(State)
    builder.add_node("work", work)
    builder.add_conditional_edges(START, plan, ["work"])
    net = net_of(builder)
    for resume in (["1", "2", "3"], {"what of a?": "1", "what of c?": "3", "what of b?": "2"}):
        rollout = await rolled(net, row(inputs={"topic": ""}, expected={"items": ["a1", "b2", "c3"]}, resume=resume))
        assert rollout.score == 1.0, rollout.words
        assert [(s.path, s.outputs) for s in rollout.tape.steps if s.name == "work"] == [
            (f"work#{n}", {"items": [text]}) for n, text in enumerate(("a1", "b2", "c3"))
        ]


def breakpoint_graph() -> StateGraph[Any, Any, Any, Any]:
    builder = StateGraph(State)
    builder.add_node("draft", lambda state: {"text": state["topic"] + " draft"})
    builder.add_node("send", lambda state: {"text": state["text"] + " sent"})
    builder.add_edge(START, "draft")
    builder.add_edge("draft", "send")
    return builder


@pytest.mark.parametrize(
    ("resume", "text", "words"),
    [
        ([True], "tea draft sent", ""),
        ([None], "tea draft sent", ""),
        ([{"text": "mine"}], "mine sent", ""),
        ([], None, "Node 'send' asked 'to go on before send'"),
        (["why?"], None, "true goes on"),
    ],
)
@pytest.mark.parametrize("where", [{"interrupt_before": ["send"]}, {"interrupt_after": ["draft"]}])
async def test_static_breakpoints_go_on_from_the_row(resume: Any, text: Any, words: str, where: Any) -> None:
    rollout = await rolled(
        net_of(breakpoint_graph(), **where), row(inputs={"topic": "tea"}, expected={"text": text}, resume=resume)
    )
    assert rollout.status == ("scored" if text else "task error") and words in rollout.words
    assert rollout.score == (1.0 if text else 0.0)


async def test_a_question_in_a_sub_graph_and_in_a_task_is_answered() -> None:
    outer = StateGraph(State)
    outer.add_node("sub", one_node(asks_twice).compile())
    outer.add_edge(START, "sub")
    given = row(inputs={"topic": "tea"}, expected={"text": "said tea, a, b"}, resume=["a", "b"])
    rollout = await rolled(net_of(outer), given)
    assert rollout.score == 1.0 and [s.path for s in rollout.tape.steps] == ["sub#0", "sub#0/node#0"]
    assert not any(s.error for s in rollout.tape.steps)

    @task
    async def ask(topic: str) -> str:
        return f"{topic} {interrupt('so?')}"

    @entrypoint()
    async def flow(given: dict[str, str]) -> dict[str, str]:
        return {"text": await ask(given["topic"])}

    rollout = await rolled(net_of(flow), row(inputs={"topic": "tea"}, expected={"text": "tea yes"}, resume=["yes"]))
    assert rollout.score == 1.0, rollout.words


def chat(state: MessagesState) -> dict[str, list[BaseMessage]]:
    said = " then ".join(m.text for m in state["messages"] if m.type == "human")
    return {"messages": [AIMessage(model.invoke(said).text)]}


def human(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


@pytest.mark.parametrize("memory", [None, InMemorySaver()])
async def test_turns_share_one_thread_and_are_scored_where_something_is_expected(memory: Any) -> None:
    net = net_of(one_node(chat, MessagesState), checkpointer=memory)
    turns = [
        {"inputs": human("one"), "expected": "said one"},
        {"inputs": human("two")},
        {"inputs": human("three"), "expected": "said three"},
    ]
    rollout = await rolled(net, row(turns=turns))
    assert rollout.score == 0.5 and rollout.words.startswith("Turn 3: ")
    assert len(rollout.output["messages"]) == 6
    assert [(s.path, [f.path for f in s.fed_by]) for s in rollout.tape.steps] == [
        ("node#0", []), ("node#1", ["node#0"]), ("node#2", ["node#1"]),
    ]  # fmt: skip
    again = await rolled(net, row(turns=turns[:1]))
    assert len(again.output["messages"]) == 2
    assert memory is None or not list(memory.list(None))


async def test_each_turn_has_its_own_answers() -> None:
    turns = [
        {"inputs": {"topic": "tea"}, "expected": {"text": "said tea, a, b"}, "resume": ["a", "b"]},
        {"inputs": {"topic": "milk"}, "expected": {"text": "said milk, c, d"}, "resume": ["c", "d"]},
    ]
    rollout = await rolled(net_of(one_node(asks_twice)), row(turns=turns))
    assert rollout.score == 1.0 and [s.path for s in rollout.tape.steps] == ["node#0", "node#1"]


async def test_a_thread_of_the_caller_is_never_written_to() -> None:
    memory = InMemorySaver()
    graph = one_node(chat, MessagesState).compile(checkpointer=memory)
    mine: Any = {"configurable": {"thread_id": "mine"}}
    await graph.ainvoke(human("before"), mine)
    held = [str(c.config) for c in memory.list(None)]
    net = net_of(graph)
    output, _ = await net.trace(human("traced"), mine)
    await rolled(net, row(inputs=human("played"), expected="x", config=mine))
    with boundary.door(), boundary.scope(), net.recorded():
        for _ in net.stream(human("streamed"), mine):
            pass
    assert [str(c.config) for c in memory.list(None)] == held
    assert len(output["messages"]) == 2


@dataclass
class Settings:
    style: str = "plain"


class Model(BaseModel):
    style: str = "plain"


class Typed(TypedDict, total=False):
    style: str


@dataclass
class Needed:
    style: str


def styled(state: State, runtime: Runtime[Any]) -> State:
    given = runtime.context
    # LangGraph itself makes None of an empty dictionary.
    style = (given or {}).get("style", "plain") if given is None or isinstance(given, dict) else given.style
    return {"text": f"{state['topic']} {style}"}


@pytest.mark.parametrize("schema", [Settings, Model, Typed])
async def test_a_graph_gets_its_default_context_or_that_of_the_row(schema: Any) -> None:
    net = net_of(one_node(styled, State, context_schema=schema))
    given = row(inputs={"topic": "tea"}, expected={"text": "tea bold"}, context={"style": "bold"})
    assert (await rolled(net, given)).score == 1.0
    assert (await net.trace({"topic": "tea"}))[0]["text"] == "tea plain"
    with boundary.door(), boundary.scope(), net.recorded():
        assert list(net.stream({"topic": "tea"})) == [{"node": {"text": "tea plain"}}]
    assert (await rolled(net, row(inputs={"topic": "tea"}, expected={"text": "tea plain"}))).score == 1.0
    assert adapt(net.graph, probes=[{"topic": "tea"}]) is not None


async def test_a_probe_may_be_a_row_with_its_context_and_answers() -> None:
    style = "You are a writer. Write one line about what you are given, in the style that is wanted."

    async def write(state: State, runtime: Runtime[Needed]) -> State:
        wanted = interrupt("how long?")
        said = await model.ainvoke([("system", style), ("user", f"{wanted} {runtime.context.style}")])
        return {"text": said.text}

    graph = one_node(write, State, context_schema=Needed).compile()
    given = row(inputs={"topic": "tea"}, expected="x", context={"style": "bold"}, resume=["short"])
    (tape,) = await traces(net_of(one_node(write, State, context_schema=Needed)), [given])
    assert [step.calls[0].messages[1]["content"] for step in tape.steps] == ["short bold"]  # type: ignore[index,call-overload]
    assert adapt(graph, probes=[given]) is not None


async def test_a_context_that_has_to_be_given_is_not_invented() -> None:
    def strict(state: State, runtime: Runtime[Needed]) -> State:
        return {"text": f"{state['topic']} {runtime.context.style}"}

    net = net_of(one_node(strict, State, context_schema=Needed))
    rollout = await rolled(net, row(inputs={"topic": "tea"}, expected={"text": "x"}))
    assert rollout.status == "task error" and "AttributeError" in rollout.words
    assert rollout.tape.steps[0].error and "AttributeError" in rollout.tape.steps[0].error
    given = row(inputs={"topic": "tea"}, expected={"text": "tea bold"}, context={"style": "bold"})
    assert (await rolled(net, given)).score == 1.0


async def test_a_row_configures_its_run() -> None:
    def who(state: State, config: Any) -> State:
        return {"text": config["configurable"]["user_id"]}

    given = row(inputs={"topic": ""}, expected={"text": "u1"}, config={"configurable": {"user_id": "u1"}})
    from langchain_core.runnables import RunnableConfig

    who.__annotations__["config"] = RunnableConfig
    assert (await rolled(net_of(one_node(who)), given)).score == 1.0


async def test_a_crash_keeps_the_tape_up_to_it() -> None:
    async def works(state: State) -> State:
        return {"text": (await model.ainvoke(state["topic"])).text}

    async def crashes(state: State) -> State:
        await model.ainvoke(state["text"])
        raise ValueError("no such thing")

    builder = one_node(works)
    builder.add_node("crashes", crashes)
    builder.add_edge("node", "crashes")
    builder.add_edge("crashes", END)
    rollout = await rolled(net_of(builder), row(inputs={"topic": "tea"}, expected={"text": "x"}))
    line = crashes.__code__.co_firstlineno + 2
    said = f"The application raised ValueError: no such thing (test_conversation.py, line {line})"
    assert (rollout.status, rollout.words) == ("task error", said)
    assert [(s.name, s.error, len(s.calls)) for s in rollout.tape.steps] == [
        ("node", None, 1), ("crashes", "ValueError('no such thing')", 1),
    ]  # fmt: skip
    assert rollout.tape.steps[1].fed_by == [rollout.tape.steps[0]]
