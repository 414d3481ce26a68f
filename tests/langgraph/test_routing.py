"""Wrap and replace at any node, however the graph routes; its policies and settings are kept, the original too."""

from __future__ import annotations

import operator
from typing import Annotated, Any, Literal, TypedDict

import pytest
from langgraph.cache.memory import InMemoryCache
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.store.memory import InMemoryStore
from langgraph.types import CachePolicy, Command, RetryPolicy, Send

from llmdl_langgraph.adapt import adapt
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_plugins import Identity
from llmdl_plugins.errors import MisuseError

from ..written import written
from .conftest import Agent
from .test_export import sent_alone
from .test_variant import DEMOS, Constant, Same, alternatives


class State(TypedDict, total=False):
    text: str
    done: Annotated[list[str], operator.add]


class Context(TypedDict):
    """What a caller gives."""

    tone: str


def node(name: str) -> Any:
    def run(state: State) -> dict[str, Any]:
        return {"done": [name]}

    return run


def a_or_b(state: State) -> str:
    return "b"


def labelled(state: State) -> Literal["a", "b"]:
    return "b"


def commanding(state: State) -> Command[Literal["a", "b"]]:
    return Command(update={"done": ["first"]}, goto="b")


def sending(state: State) -> list[Send]:
    return [Send("a", {"text": "1"}), Send("a", {"text": "2"}), Send("b", {"text": "3"})]


def routed(way: str) -> StateGraph[Any, Any, Any, Any]:
    builder: StateGraph[Any, Any, Any, Any] = StateGraph(State)
    builder.add_node("first", commanding if way == "command" else node("first"))
    builder.add_node("a", node("a"))
    builder.add_node("b", node("b"))
    builder.add_node("last", node("last"), defer=True)
    builder.add_edge(START, "first")
    match way:
        case "static":
            builder.add_edge("first", "a")
            builder.add_edge("first", "b")
        case "conditional with path_map":
            builder.add_conditional_edges("first", a_or_b, {"a": "a", "b": "b"})
        case "conditional without path_map":
            builder.add_conditional_edges("first", a_or_b)
        case "conditional with labels":
            builder.add_conditional_edges("first", labelled)
        case "send":
            builder.add_conditional_edges("first", sending, ["a", "b"])
    builder.add_edge("a", "last")
    builder.add_edge("b", "last")
    builder.add_edge("last", END)
    return builder


WAYS = [
    "static",
    "conditional with path_map",
    "conditional without path_map",
    "conditional with labels",
    "command",
    "send",
]


def net_of(graph: Any) -> LangGraphNetwork:
    net = adapt(graph)
    assert isinstance(net, LangGraphNetwork)
    return net


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("where", ["first", "a", "b", "last"])
def test_a_wrapped_node_runs_and_routes_as_before(way: str, where: str) -> None:
    graph = routed(way).compile()
    net = net_of(graph)
    nodes, expected = dict(graph.builder.nodes), sorted(graph.invoke({"text": "x"})["done"])
    variant = net.variant(wrap={where: Same})
    assert sorted(variant.invoke({"text": "x"})["done"]) == expected
    assert graph.builder.nodes == nodes and sorted(graph.invoke({"text": "x"})["done"]) == expected
    assert variant.graph.get_graph().draw_mermaid() == graph.get_graph().draw_mermaid()


@pytest.mark.parametrize("way", WAYS)
def test_a_replaced_node_runs_instead(way: str) -> None:
    net = net_of(routed(way).compile())
    expected = [{"b": "new"}.get(name, name) for name in net.invoke({"text": "x"})["done"]]
    variant = net.variant(replace={"b": Constant({"done": ["new"]})})
    assert sorted(variant.invoke({"text": "x"})["done"]) == sorted(expected)
    assert "b" not in net.variant(replace={"b": Identity()}).invoke({"text": "x"})["done"]


def test_policies_and_settings_are_kept() -> None:
    builder: StateGraph[Any, Any, Any, Any] = StateGraph(State, context_schema=Context)
    tries: list[int] = []

    def unsteady(state: State) -> dict[str, Any]:
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError("not yet")
        return {"done": ["unsteady"]}

    retry = RetryPolicy(initial_interval=0.01, max_attempts=5)
    builder.add_node("n", unsteady, retry_policy=retry, cache_policy=CachePolicy(ttl=7), metadata={"team": "x"})
    builder.add_node("m", node("m"), defer=True)
    builder.add_edge(START, "n")
    builder.add_edge("n", "m")
    saver, store, cache = InMemorySaver(), InMemoryStore(), InMemoryCache[Any]()
    graph = builder.compile(
        checkpointer=saver, store=store, cache=cache, interrupt_before=["m"], interrupt_after=["m"], name="mine"
    )
    variant = net_of(graph).variant(wrap={"n": Same, "m": Same})
    new: Any = variant.graph
    spec = new.builder.nodes["n"]
    assert (spec.retry_policy, spec.cache_policy, spec.metadata) == (retry, CachePolicy(ttl=7), {"team": "x"})
    assert new.builder.nodes["m"].defer
    assert (new.checkpointer, new.store, new.cache, new.name) == (saver, store, cache, "mine")
    assert (new.interrupt_before_nodes, new.interrupt_after_nodes) == (["m"], ["m"])
    assert new.context_schema is Context
    thread = {"configurable": {"thread_id": "1"}}
    assert new.invoke({"text": "x"}, thread)["done"] == ["unsteady"] and len(tries) == 3
    assert new.get_state(thread).next == ("m",)
    assert new.invoke(None, thread)["done"] == ["unsteady", "m"]


def nested() -> Any:
    inner: StateGraph[Any, Any, Any, Any] = StateGraph(State)
    inner.add_node("read", lambda state: {"text": state["text"] + "!"})
    inner.add_node("write", lambda state: {"text": state["text"] + "?"})
    inner.add_edge(START, "read")
    inner.add_edge("read", "write")
    outer: StateGraph[Any, Any, Any, Any] = StateGraph(State)
    outer.add_node("work", inner.compile())
    outer.add_node("end", lambda state: {"text": state["text"] + "."})
    outer.add_edge(START, "work")
    outer.add_edge("work", "end")
    return outer.compile()


def test_nodes_of_a_graph_that_is_a_node() -> None:
    graph = nested()
    net = net_of(graph)
    variant = net.variant(wrap={"work/read": alternatives("text")}, replace={"work/write": Constant({"text": "new"})})
    assert variant.invoke({"text": "x"})["text"] == "new." and graph.invoke({"text": "x"})["text"] == "x!?."
    assert "work/read/chosen" in variant.named_parameters()
    outside = net.variant(wrap={"work/read": alternatives("text")}).variant(wrap={"work": Same})
    with outside.using({"work/read/chosen": "static", "work/read/static/demos": DEMOS}):
        assert outside.invoke({"text": "x"})["text"].startswith("Example: old mail")
    with pytest.raises(MisuseError, match="Did you mean 'read'"):
        net.variant(wrap={"work/raed": Same})
    with pytest.raises(MisuseError, match="Node 'end' is no graph"):
        net.variant(wrap={"end/x": Same})
    with pytest.raises(MisuseError, match="'work' and a node inside it can't be changed at once"):
        net.variant(wrap={"work": Same, "work/read": Same})
    with pytest.raises(MisuseError, match="a layer stands there"):
        net.variant(wrap={"work": Same}).variant(wrap={"work/read": Same})


def test_an_inner_variant_runs_without_this_package(agent: Agent, folder: Any, tmp_path: Any) -> None:
    source = (folder / "constant.py").read_text().replace("graph = builder.compile()", "inner = builder.compile()")
    source += '\nouter = StateGraph(State)\nouter.add_node("mail", inner)\nouter.add_edge(START, "mail")\n'
    (folder / "nested_mail.py").write_text(source + "graph = outer.compile()\n")
    module = agent("nested_mail")
    net = net_of(module.graph).variant(wrap={"mail/sort": alternatives("messages")})
    values = {"mail/sort/chosen": "static", "mail/sort/static/demos": DEMOS}
    asked = {"messages": [{"role": "user", "content": "My invoice is wrong"}]}
    with net.using(values):
        net.invoke(asked)
    bound = [[list(m) for m in call] for call in module.model.calls]
    written(tmp_path / "alone", net.export("module", values))
    assert sent_alone((tmp_path / "alone", "app", asked)) == [bound]


@pytest.mark.parametrize("what", ["insert", "delete"])
def test_nodes_are_neither_put_in_nor_taken_out(what: str) -> None:
    net = net_of(nested())
    with pytest.raises(MisuseError, match=rf"variant\(\) has no {what}: .*wrap=.*replace=.*Identity"):
        net.variant(**{what: {"work": Same}})
