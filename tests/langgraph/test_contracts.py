"""langgraph, its prebuilt agents and langchain's keep what the tape, the isolation and the variants rely on."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import inspect
import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import FakeListChatModel
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_config
from langgraph.errors import GraphBubbleUp, GraphInterrupt, ParentCommand
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode, create_react_agent
from langgraph.pregel import Pregel
from langgraph.types import Command, RetryPolicy, Send, interrupt

from llmdl_plugins.door.tool_door import _CONTROL

from ..contracts import Contract, fields, has, takes

LOOP = "langgraph/pregel/_algo.py (prepare_single_task)"
STATE = "langgraph/graph/state.py"
PREGEL = "langgraph/pregel/main.py"
WHERE = "adapters/llmdl_langgraph/running/where.py"
RECORD, GRAPH_RUN = "adapters/llmdl_langgraph/running/record.py", "adapters/llmdl_langgraph/running/graph_run.py"
SURGERY = "adapters/llmdl_langgraph/running/surgery.py and templates/nodes.py"
ISOLATION = "adapters/llmdl_langgraph/running/isolation.py"
TALK = "adapters/llmdl_langgraph/running/conversation.py"
REACH = "adapters/llmdl_langgraph/finding/reach.py"

Seen = dict[str, list[Mapping[str, Any]]]


class State(TypedDict, total=False):
    items: Annotated[list[Any], operator.add]


class Watching(BaseCallbackHandler):
    """Keeps the metadata of nodes: of runs that are called as their node is."""

    raise_error = run_inline = True

    def __init__(self) -> None:
        self.seen: Seen = {}

    def on_chain_start(self, serialized: Any, inputs: Any, *, metadata: Any = None, name: Any = None, **_: Any) -> None:
        if metadata and metadata.get("langgraph_node") == name:
            self.seen.setdefault(name, []).append(metadata)


def graph_of(settings: Mapping[str, Any] | None = None, **nodes: Any) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Nodes in a row."""
    builder = StateGraph(State)
    before = START
    for name, node in nodes.items():
        builder.add_node(name, node)
        builder.add_edge(before, name)
        before = name
    return builder.compile(**(settings or {}))


def watched(graph: Pregel[Any, Any, Any, Any], given: Any) -> Seen:
    watching = Watching()
    graph.invoke(given, {"callbacks": [watching]})
    return watching.seen


@cache
def seen() -> Seen:
    """A fan-out with Send, a graph at a node and a node that fails once, as callbacks are told of them."""
    tries: list[int] = []

    def flaky(state: State) -> State:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("once")
        return {}

    builder = StateGraph(State)
    builder.add_node("plan", lambda state: {})
    builder.add_node("one", lambda state: {"items": [1]})
    builder.add_node("sub", graph_of(leaf=lambda state: {}))
    builder.add_node(
        "flaky", flaky, retry_policy=RetryPolicy(initial_interval=0.0, jitter=False, retry_on=RuntimeError)
    )
    builder.add_edge(START, "plan")
    builder.add_conditional_edges("plan", lambda state: [Send("one", {}), Send("one", {})], ["one"])
    builder.add_edge("one", "sub")
    builder.add_edge("sub", "flaky")
    return watched(builder.compile(), {"items": []})


@cache
def called() -> Seen:
    """A task that an entrypoint has called, likewise."""

    @task
    def inner(n: int) -> int:
        return n

    @entrypoint()
    def outer(n: int) -> int:
        return inner(n).result()

    return watched(outer, 1)


def namespace(name: str, n: int = 0) -> list[str]:
    return str(seen()[name][n]["langgraph_checkpoint_ns"]).split("|")


def inside_a_node() -> Any:
    found: list[Any] = []
    graph_of(a=lambda state: found.append(get_config()["metadata"]["langgraph_node"])).invoke({"items": []})
    return found == ["a"]


def outside_every_node() -> bool:
    try:
        get_config()
    except RuntimeError:
        return True
    return False


def a_copy_is_another() -> bool:
    graph = graph_of({"checkpointer": InMemorySaver(), "name": "mine"}, a=lambda state: {})
    made = graph.copy(update={"checkpointer": None})
    same = all(getattr(made, name) is getattr(graph, name) for name in ("builder", "store", "cache", "name"))
    return made is not graph and graph.checkpointer is not None and made.checkpointer is None and same


def a_checkpointer_is_read_by_its_name() -> bool:
    graph, other = graph_of({"checkpointer": InMemorySaver()}, a=lambda state: {"items": ["a"]}), InMemorySaver()
    held = vars(graph)["checkpointer"]
    looking = {"checkpointer": property(lambda self: other, lambda self, given: None)}
    type("Looking", (CompiledStateGraph,), looking)(**vars(graph)).invoke(
        {"items": []}, {"configurable": {"thread_id": "1"}}
    )
    return Pregel.__dict__["checkpointer"] is None and bool(other.storage) and not held.storage


def a_builder_compiles_again() -> bool:
    graph = graph_of(a=lambda state: {"items": ["old"]})
    builder = graph.builder
    nodes = dict(builder.nodes)
    spec = dataclasses.replace(nodes["a"], runnable=graph_of(b=lambda state: {"items": ["new"]}))
    other = copy.copy(builder)
    other.nodes = {**nodes, "a": spec}
    again, before = other.compile().invoke({"items": []}), graph.invoke({"items": []})
    return "new" in again["items"] and before == {"items": ["old"]}


def a_pause_is_told() -> bool:
    graph = graph_of({"checkpointer": InMemorySaver()}, ask=lambda state: {"items": [interrupt("which?")]})
    config: Any = {"configurable": {"thread_id": "1"}}
    said = graph.invoke({"items": []}, config)
    paused = graph.get_state(config)
    (found,) = [(waiting.name, one) for waiting in paused.tasks for one in waiting.interrupts]
    told = said["__interrupt__"][0].value == "which?" and paused.next == ("ask",) and found[0] == "ask"
    done = graph.invoke(Command(resume={found[1].id: "this"}), config)
    return bool(told and found[1].value == "which?" and done["items"] == ["this"] and not graph.get_state(config).next)


def a_command_to_the_graph_above() -> bool:
    heard: list[BaseException] = []

    class Errors(BaseCallbackHandler):
        def on_chain_error(self, error: BaseException, **kwargs: Any) -> None:
            heard.append(error)

    inner = graph_of(leaf=lambda state: Command(graph=Command.PARENT, update={"items": ["up"]}))
    graph_of(sub=inner).invoke({"items": []}, {"callbacks": [Errors()]})
    raised = next(error for error in heard if isinstance(error, ParentCommand))
    return isinstance(raised.args[0], Command) and raised.args[0].update == {"items": ["up"]}


def an_entrypoint_is_bound() -> Callable[..., Any]:
    @entrypoint()
    def outer(n: int) -> int:
        return n

    return outer.nodes["outer"].bound  # type: ignore[return-value]


def a_stream_is_in_the_context_of_its_reader() -> bool:
    async def read() -> list[Any]:
        return [piece async for piece in graph_of(a=lambda state: {"items": [1]}).astream({"items": []})]

    return asyncio.run(read()) == [{"a": {"items": [1]}}]


def namespaces() -> list[str]:
    """Where a node stands, as its configuration tells it twice."""
    told: list[str] = []

    def node(state: State) -> State:
        now: Any = get_config()
        told.extend([now["configurable"]["checkpoint_ns"], now["metadata"]["langgraph_checkpoint_ns"]])
        return {}

    graph_of(node=node).invoke({"items": []})
    return told


@tool
def look_up(word: str) -> str:
    """Look a word up."""
    return word


COMPILED = graph_of(a=lambda state: {})
CONTRACTS = [
    Contract(
        "langgraph", "callbacks of a node are told its name, step, path and namespace", WHERE, LOOP,
        lambda: seen()["plan"][0].keys() >= {f"langgraph_{key}" for key in ("node", "step", "path", "checkpoint_ns")},
    ),
    Contract(
        "langgraph", "the configuration of a node names the namespace too", WHERE, LOOP,
        lambda: len(set(namespaces())) == 1,
    ),
    Contract(
        "langgraph", "a node's run is called as the node, once a try",
        RECORD, "langgraph/pregel/_retry.py and _runnable.py",
        lambda: [len(seen()[name]) for name in ("plan", "sub", "flaky")] == [1, 1, 2],
    ),
    Contract(
        "langgraph", "a node that an edge leads to has a path without __pregel_push", WHERE, LOOP,
        lambda: seen()["plan"][0]["langgraph_path"] == ("__pregel_pull", "plan"),
    ),
    Contract(
        "langgraph", "the path of what is sent is __pregel_push and its number", WHERE, LOOP,
        lambda: sorted(m["langgraph_path"][:2] for m in seen()["one"]) == [("__pregel_push", 0), ("__pregel_push", 1)],
    ),
    Contract(
        "langgraph", "what is sent runs in the step after its sender", GRAPH_RUN, LOOP,
        lambda: {m["langgraph_step"] - seen()["plan"][0]["langgraph_step"] for m in seen()["one"]} == {1},
    ),
    Contract(
        "langgraph", "the path of a task is __pregel_push, its caller's path and its number", WHERE, LOOP,
        lambda: called()["inner"][0]["langgraph_path"][:3] == ("__pregel_push", ("__pregel_pull", "outer"), 0),
    ),
    Contract(
        "langgraph", "a namespace is node:task of every graph around, joined by |", WHERE,
        "langgraph/_internal/_constants.py",
        lambda: [part.partition(":")[0] for part in namespace("leaf")] == ["sub", "leaf"]
        and namespace("leaf")[:1] == namespace("sub"),
    ),
    Contract(
        "langgraph", "two that are sent to one node have two namespaces", WHERE, LOOP,
        lambda: namespace("one", 0) != namespace("one", 1),
    ),
    Contract(
        "langgraph", "a try after a failure has the namespace of the first", RECORD, "langgraph/pregel/_retry.py",
        lambda: len({m["langgraph_checkpoint_ns"] for m in seen()["flaky"]}) == 1,
    ),
    Contract(
        "langgraph", "a task is inside the namespace of its caller", RECORD, LOOP,
        lambda: called()["inner"][0]["langgraph_checkpoint_ns"].startswith(
            called()["outer"][0]["langgraph_checkpoint_ns"] + "|"),
    ),
    Contract(
        "langgraph", "the code of a node finds its metadata by get_config", WHERE, "langgraph/config.py", inside_a_node,
    ),
    Contract(
        "langgraph", "get_config raises RuntimeError outside every node", WHERE, "langgraph/config.py",
        outside_every_node,
    ),
    Contract(
        "langgraph", "a command to the graph above is the first argument of a ParentCommand", RECORD,
        "langgraph/errors.py", a_command_to_the_graph_above,
    ),
    Contract(
        "langgraph", "interrupts and commands to the graph above are told from errors by their class",
        f"{RECORD} and llmdl_plugins/door/tool_door.py", "langgraph/errors.py",
        lambda: issubclass(GraphInterrupt, GraphBubbleUp) and issubclass(ParentCommand, GraphBubbleUp)
        and GraphBubbleUp.__name__ == _CONTROL and GraphBubbleUp.__mro__[1] is Exception,
    ),
    Contract(
        "langgraph", "a pause is in __interrupt__, in next and in tasks, and is answered by its id", TALK,
        "langgraph/types.py (Interrupt, StateSnapshot)", a_pause_is_told,
    ),
    Contract(
        "langgraph", "a snapshot tells interrupts", TALK, "langgraph/types.py",
        lambda: "interrupts" in inspect.get_annotations(type(COMPILED.copy(
            update={"checkpointer": InMemorySaver()}).get_state({"configurable": {"thread_id": "1"}}))),
    ),
    Contract(
        "langgraph", "a compiled graph tells its settings", f"{SURGERY}, {ISOLATION}, {TALK}", PREGEL,
        has(COMPILED, "builder", "checkpointer", "store", "cache", "config", "name", "debug", "context_schema",
            "interrupt_before_nodes", "interrupt_after_nodes", "nodes"),
    ),
    Contract(
        "langgraph", "a graph holds its checkpointer itself, and reads it by its name at every run",
        "adapters/llmdl_langgraph/running/memories.py and exporting/replay_alone.py", PREGEL,
        a_checkpointer_is_read_by_its_name,
    ),
    Contract("langgraph", "graph.copy(update=) gives another graph", ISOLATION, PREGEL, a_copy_is_another),
    Contract(
        "langgraph", "compile takes what a compiled graph tells", SURGERY, STATE,
        takes(StateGraph.compile, "checkpointer", "store", "cache", "interrupt_before", "interrupt_after", "debug",
              "name"),
    ),
    Contract(
        "langgraph", "a copied builder compiles again and leaves the graph as it is", SURGERY, STATE,
        a_builder_compiles_again,
    ),
    Contract(
        "langgraph", "the spec of a node has its runnable and its input_schema",
        f"{SURGERY}, adapters/llmdl_langgraph/network.py", "langgraph/graph/_node.py",
        fields(type(COMPILED.builder.nodes["a"]), "runnable", "input_schema"),
    ),
    Contract(
        "langgraph", "a branch is kept under its node, with its path", REACH, "langgraph/graph/_branch.py",
        lambda: has(next(iter(_branching().branches["a"].values())).path, "invoke")(),
    ),
    Contract(
        "langgraph", "a builder tells its schemas", f"{REACH}, adapters/llmdl_langgraph/network.py", STATE,
        has(COMPILED.builder, "state_schema", "input_schema", "context_schema", "schemas"),
    ),
    Contract(
        "langgraph", "a node of an entrypoint is bound", REACH, "langgraph/pregel/_read.py",
        lambda: callable(getattr(an_entrypoint_is_bound(), "invoke", None)),
    ),
    Contract(
        "langgraph", "get_subgraphs finds the graphs at nodes", TALK, PREGEL,
        lambda: [name for name, _ in graph_of(sub=COMPILED).get_subgraphs(recurse=True)] == ["sub"],
    ),
    Contract(
        "langgraph", "a drawn graph is told as nodes and edges", "adapters/llmdl_langgraph/network.py", PREGEL,
        lambda: COMPILED.get_graph().to_json().keys() >= {"nodes", "edges"},
    ),
    Contract(
        "langgraph", "a stream gives the updates of nodes", "adapters/llmdl_langgraph/running/streaming.py", PREGEL,
        a_stream_is_in_the_context_of_its_reader,
    ),
    Contract(
        "langgraph", "a Send is made of node, arg and timeout", "adapters/llmdl_langgraph/network.py",
        "langgraph/types.py",
        lambda: Send(**{name: getattr(Send("a", 1), name) for name in ("node", "arg", "timeout")}) == Send("a", 1),
    ),
    Contract(
        "langgraph", "a Command has update and goto", "adapters/llmdl_langgraph/running/updates.py",
        "langgraph/types.py",
        fields(Command, "update", "goto", "resume", "graph"),
    ),
    Contract(
        "langgraph-prebuilt", "a ToolNode keeps its tools by name",
        "adapters/llmdl_langgraph/finding/held.py, walking.py", "langgraph/prebuilt/tool_node.py",
        lambda: ToolNode([look_up]).tools_by_name == {"look_up": look_up},
    ),
    Contract(
        "langgraph-prebuilt", "create_react_agent takes prompt, tools and response_format",
        "adapters/llmdl_langgraph/finding/usage.py, offered.py", "langgraph/prebuilt/chat_agent_executor.py",
        takes(create_react_agent, "prompt", "tools", "response_format"),
    ),
]  # fmt: skip


def _branching() -> StateGraph[Any, Any, Any, Any]:
    builder = StateGraph(State)
    builder.add_node("a", lambda state: {})
    builder.add_edge(START, "a")
    builder.add_conditional_edges("a", lambda state: "__end__")
    return builder


@pytest.mark.parametrize("contract", CONTRACTS, ids=str)
@pytest.mark.filterwarnings("ignore:create_react_agent")
def test_langgraph_keeps(contract: Contract) -> None:
    contract.check()


def test_langchain_keeps_the_words_of_its_agents() -> None:
    agents = pytest.importorskip("langchain.agents", reason="needs langchain")
    made = agents.create_agent(FakeListChatModel(responses=["yes"]), [])
    Contract(
        "langchain", "the node of create_agent that asks is a function of its module; its tools run in another node",
        SURGERY, "langchain/agents/factory.py",
        lambda: made.builder.nodes["model"].runnable.func.__module__ == "langchain.agents.factory",
    ).check()  # fmt: skip
    Contract(
        "langchain", "create_agent takes system_prompt, tools and response_format",
        "adapters/llmdl_langgraph/finding/usage.py, offered.py", "langchain/agents/factory.py",
        takes(agents.create_agent, "system_prompt", "tools", "response_format"),
    ).check()  # fmt: skip
