"""Values in force reach every model call of their run, whichever way it is made, and no other run's."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypedDict

import pytest
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_core.prompts import ChatPromptTemplate
from langgraph.cache.memory import InMemoryCache
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import CachePolicy

from llmdl_langgraph.adapt import adapt
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_langgraph.running.binding import with_content
from llmdl_plugins.errors import ParameterError, UnboundCallError
from llmdl_plugins.testing import ScriptedChat

from .conftest import Agent
from .test_frozen import ASKED, INPUTS, network

PROMPT = "You are the first prompt about {topic}, and you are kept short."
TEMPLATE = ChatPromptTemplate.from_messages([("system", PROMPT), ("human", "hi")])
NAME = "node/prompt"


class State(TypedDict, total=False):
    topic: str
    out: str


model = ScriptedChat(lambda messages, settings: "done")


def messages(state: State) -> list[BaseMessage]:
    return [SystemMessage(PROMPT.format(topic=state["topic"])), HumanMessage("hi")]


def net_of(node: Callable[..., Any], cache_policy: CachePolicy | None = None, **settings: Any) -> LangGraphNetwork:
    builder = StateGraph(State)
    builder.add_node("node", node, cache_policy=cache_policy)
    builder.add_edge(START, "node")
    found = adapt(builder.compile(**settings))
    assert found is not None
    return found


async def in_async(state: State) -> State:
    return {"out": (await model.ainvoke(messages(state))).text}


def in_sync(state: State) -> State:
    return {"out": model.invoke(messages(state)).text}


def in_a_chain(state: State) -> State:
    return {"out": (TEMPLATE | model).invoke({"topic": state["topic"]}).text}


def in_a_batch(state: State) -> State:
    return {"out": model.batch([messages(state)] * 2)[0].text}


def streamed(state: State) -> State:
    return {"out": "".join(piece.text for piece in model.stream(messages(state)))}


async def astreamed(state: State) -> State:
    return {"out": "".join([piece.text async for piece in model.astream(messages(state))])}


def in_own_pool(state: State) -> State:
    with ThreadPoolExecutor(2) as pool:
        return {"out": pool.submit(model.invoke, messages(state)).result().text}


def in_own_thread(state: State) -> State:
    thread = threading.Thread(target=model.invoke, args=(messages(state),))
    thread.start()
    thread.join()
    return {"out": "done"}


def in_own_loop(state: State) -> State:
    return {"out": asyncio.run(model.ainvoke(messages(state))).text}


async def in_executor(state: State) -> State:
    answer = await asyncio.get_running_loop().run_in_executor(None, model.invoke, messages(state))
    return {"out": answer.text}


async def gathered(state: State) -> State:
    return {"out": (await asyncio.gather(*[model.ainvoke(messages(state)) for _ in range(3)]))[0].text}


def in_blocks(state: State) -> State:
    return {"out": model.invoke([SystemMessage([{"type": "text", "text": PROMPT.format(topic=state["topic"])}])]).text}


def made_inside(state: State) -> State:
    own = ScriptedChat(lambda m, s: "done")
    own.calls = model.calls
    return {"out": own.invoke(messages(state)).text}


WAYS = [in_async, in_sync, in_a_chain, in_a_batch, streamed, astreamed, in_own_pool, in_own_thread, in_own_loop,
        in_executor, gathered, in_blocks, made_inside]  # fmt: skip


@pytest.mark.parametrize("node", WAYS, ids=lambda node: node.__name__)
async def test_every_way_of_calling_is_bound_and_on_the_tape(node: Callable[..., Any]) -> None:
    net = net_of(node)
    model.calls.clear()
    with net.using({NAME: "Be new about {topic}, and short."}):
        _, tape = await net.trace({"topic": "cats"})
    assert model.calls and all("Be new about cats, and short." in call.text for call in model.calls)
    (step,) = tape.steps
    assert step.reads == [net[NAME]] and len(step.calls) == len(model.calls) and not tape.strays


async def test_two_hundred_candidates_side_by_side_do_not_touch_each_other() -> None:
    net = net_of(in_async)

    async def run(n: int) -> bool:
        with net.using({NAME: f"Candidate {n} about {{topic}}, and short."}):
            _, tape = await net.trace({"topic": f"topic {n}"})
        (call,) = tape.calls
        return f"Candidate {n} about topic {n}, and short." in str(call.messages)

    assert all(await asyncio.gather(*[run(n) for n in range(200)]))


def test_candidates_in_threads_do_not_touch_each_other() -> None:
    net = net_of(in_sync)

    def run(n: int) -> bool:
        with net.using({NAME: f"Candidate {n} about {{topic}}, and short."}):
            _, tape = asyncio.run(net.trace({"topic": "cats"}))
        return f"Candidate {n} about cats" in str(tape.calls[0].messages)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(run, range(64)))


def test_the_users_message_objects_are_not_changed() -> None:
    held = SystemMessage("You are a message that is held by the module.")

    def node(state: State) -> State:
        return {"out": model.invoke([held, HumanMessage("hi")]).text}

    net = net_of(node)
    (name,) = [n for n, p in net.named_parameters().items() if "held by" in str(p.default)]
    with net.using({name: "Another text altogether."}):
        model.calls.clear()
        net.invoke({"topic": "cats"})
    assert "Another text altogether." in model.calls[0].text
    assert held.content == "You are a message that is held by the module."


@pytest.mark.parametrize("message", [SystemMessage("old", id="1", name="n", note="more"), HumanMessage("old")])
def test_a_bound_message_is_a_copy_that_shares_nothing(message: BaseMessage) -> None:
    before = message.model_copy(deep=True)
    bound = with_content(message, "new")
    assert bound == message.model_copy(update={"content": "new"})
    assert bound.model_fields_set == {*before.model_fields_set, "content"}
    bound.remark = "only here"  # type: ignore[attr-defined]
    bound.id = "2"
    assert message == before and message.model_extra == before.model_extra


def test_a_value_that_contains_the_old_text_is_put_in_once() -> None:
    net = net_of(streamed)
    with net.using({NAME: f"Listen. {PROMPT} Really."}):
        model.calls.clear()
        net.invoke({"topic": "cats"})
    said = "Listen. You are the first prompt about cats, and you are kept short. Really."
    assert model.calls[0].text[: len(said)] == said  # code that looks for a prompt keeps it as it is


def test_a_call_that_escapes_its_run_is_detected() -> None:
    jobs: queue.Queue[Any] = queue.Queue()
    answers: queue.Queue[Any] = queue.Queue()

    def serve() -> None:
        for job in iter(jobs.get, None):
            try:
                answers.put(model.invoke(job))
            except BaseException as error:
                answers.put(error)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()

    def node(state: State) -> State:
        jobs.put(messages(state))
        answer = answers.get()
        if isinstance(answer, BaseException):
            raise answer
        return {"out": answer.text}

    net = net_of(node)
    with net.using({NAME: "Be new about {topic}, and short."}), pytest.raises(UnboundCallError, match="left its run"):
        net.invoke({"topic": "cats"})
    jobs.put(None)
    thread.join()


async def test_a_cached_node_does_not_answer_for_another_candidate() -> None:
    net = net_of(in_async, CachePolicy(), cache=InMemoryCache())
    model.calls.clear()
    for n in range(2):
        with net.using({NAME: f"Candidate {n} about {{topic}}, and short."}):
            await net.trace({"topic": "cats"})
    assert [f"Candidate {n}" in call.text for n, call in enumerate(model.calls)] == [True, True]


async def test_samples_do_not_share_the_memory_of_a_thread() -> None:
    def node(state: MessagesState) -> dict[str, Any]:
        return {"messages": [model.invoke([("system", "You remember what was said before."), *state["messages"]])]}

    builder = StateGraph(MessagesState)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    saver = InMemorySaver()
    net = adapt(builder.compile(checkpointer=saver))
    assert net is not None
    outputs = [(await net.trace(ASKED, {"configurable": {"thread_id": "theirs"}}))[0] for _ in range(2)]
    assert [len(output["messages"]) for output in outputs] == [2, 2]
    assert not list(saver.list(None))


def test_unsafe_values_are_refused() -> None:
    net = net_of(in_async)
    for value in ("No topic here.", "{topic} twice {topic}", "   "):
        with pytest.raises(ParameterError), net.using({NAME: value}):
            pass


async def test_twins_change_together(agent: Agent) -> None:
    net = network(agent("chains"))
    with net.using({"shared/check_instructions": "Look for the one big mistake."}):
        _, tape = await net.trace(INPUTS["chains"])
    texts = [str(call.messages) for step in tape.steps for call in step.calls]
    assert ["Look for the one big mistake." in text for text in texts] == [False, True, True]
