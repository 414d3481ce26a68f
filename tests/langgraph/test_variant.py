"""Nodes wrapped in or replaced by layers: another network, whose texts and names stay what they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from langgraph.graph import START, StateGraph
from langgraph.types import Command
from pydantic import BaseModel

from llmdl_langgraph.adapt import adapt
from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers.demonstrations import Demonstrations
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.layers.retrieved import RetrievedDemonstrations
from llmdl_plugins.module import Module
from llmdl_plugins.testing import ScriptedChat

from .conftest import Agent
from .test_frozen import ASKED, INPUTS, network, without_ids

DEMOS = [{"input": "old mail", "output": "billing"}]


class Same(Module):
    """The layer inside, as it is."""

    def __init__(self, inner: Module) -> None:
        self.inner = inner

    async def forward(self, state: Any) -> Any:
        return await self.inner.ainvoke(state)


class Constant(Module):
    """Always the same update."""

    def __init__(self, update: Any) -> None:
        self.update = update

    async def forward(self, state: Any) -> Any:
        return self.update


def alternatives(source: str) -> Any:
    return lambda inner: Choice(
        {
            "plain": inner,
            "static": Demonstrations(inner, source),
            "retrieved": RetrievedDemonstrations(inner, source),
        }
    )


@pytest.mark.parametrize("name", INPUTS)
async def test_every_node_can_be_wrapped_and_nothing_changes(agent: Agent, name: str) -> None:
    module = agent(name)
    net = network(module)
    expected, told = await net.trace(INPUTS[name])
    calls = [str(call.messages) for call in told.calls]
    variant = net.variant(wrap=dict.fromkeys(net.nodes(), Same))
    assert without_ids(await variant.ainvoke(INPUTS[name])) == without_ids(expected)
    output, tape = await variant.trace(INPUTS[name])
    assert without_ids(output) == without_ids(expected)
    assert sorted(str(call.messages) for call in tape.calls) == sorted(calls) and not tape.strays
    assert {p for s in tape.steps for p in s.reads} == {p for s in told.steps for p in s.reads}


def test_the_first_network_and_the_users_graph_stay_as_they_are(agent: Agent) -> None:
    module = agent("constant")
    net = network(module)
    before = dict(module.graph.builder.nodes)
    net.variant(wrap={"sort": alternatives("messages")}, replace={"reply": Constant({"messages": []})})
    assert module.graph.builder.nodes == before and net.graph is module.graph
    assert list(net.named_parameters()) == ["sort/system_prompt", "reply/text"]


def test_names_are_those_of_the_node_without_plumbing(agent: Agent) -> None:
    net = network(agent("constant"))
    variant = net.variant(wrap={"sort": alternatives("messages")})
    assert list(variant.named_parameters()) == [
        "sort/system_prompt",
        "reply/text",
        "sort/chosen",
        "sort/static/demos",
        "sort/retrieved/pool",
        "sort/retrieved/k",
        "sort/retrieved/select",
    ]
    assert all(variant[name] is parameter for name, parameter in net.named_parameters().items())


def test_a_variant_of_a_variant_keeps_names_and_identity(agent: Agent) -> None:
    first = network(agent("constant")).variant(wrap={"sort": alternatives("messages")})
    second = first.variant(wrap={"sort": alternatives("messages"), "reply": alternatives("label")})
    assert all(second[name] is parameter for name, parameter in first.named_parameters().items())
    assert {"sort/chosen_2", "reply/chosen", "reply/static/demos"} <= set(second.named_parameters())
    second.invoke(ASKED)


def test_examples_stand_in_front_of_what_the_node_reads(agent: Agent) -> None:
    module = agent("constant")
    net = network(module).variant(wrap={"sort": alternatives("messages")})
    with net.using({"sort/chosen": "static", "sort/static/demos": DEMOS, "sort/system_prompt": "Sort it now."}):
        output = net.invoke(ASKED)
    assert module.model.calls[0] == [
        ("system", "Sort it now."),
        ("human", "old mail"),
        ("ai", "billing"),
        ("human", "My invoice is wrong"),
    ]
    assert len(output["messages"]) == 2  # examples are shown to the node and do not enter the state


def test_a_command_passes_a_wrapper_untouched(agent: Agent) -> None:
    net = network(agent("fan")).variant(wrap={"best": Same})
    assert net.invoke(INPUTS["fan"])["best"].endswith("!")


def test_a_node_can_be_replaced(agent: Agent) -> None:
    module = agent("constant")
    net = network(module).variant(replace={"sort": Constant({"label": "other"})})
    assert net.invoke(ASKED)["label"] == "other"
    assert len(module.model.calls) == 1 and "a mail about other" in module.model.calls[0][0][1]


class Model(BaseModel):
    text: str
    label: str = ""


@dataclass
class Data:
    text: str
    label: str = ""


@pytest.mark.parametrize("schema", [Model, Data])
def test_layers_see_a_mapping_and_the_node_its_own_class(schema: type[Any]) -> None:
    seen: list[Any] = []

    def node(state: Any) -> Any:
        seen.append(state)
        return Command(update={"label": state.text}) if schema is Model else {"label": state.text}

    builder = StateGraph(schema)
    builder.add_node("node", node, input_schema=schema)
    builder.add_edge(START, "node")
    net = adapt(builder.compile())
    assert net is not None
    variant = net.variant(wrap={"node": alternatives("text")})
    with variant.using({"node/chosen": "static", "node/static/demos": DEMOS}):
        output = variant.invoke({"text": "new mail"})
    assert output["label"] == "Example: old mail\nAnswer: billing\n\nExample: new mail\nAnswer:"
    assert isinstance(seen[0], schema) and output["text"] == "new mail"


def test_settings_of_the_graph_are_kept(agent: Agent) -> None:
    module = agent("context")
    graph = module.builder.compile(name="named", interrupt_before=["answer"], checkpointer=True)
    graph = graph.with_config({"tags": ["mine"], "recursion_limit": 7})
    net = adapt(graph)
    assert net is not None
    new = net.variant(wrap={"answer": Same}).graph
    assert (new.name, new.interrupt_before_nodes, new.checkpointer) == ("named", ["answer"], True)
    assert new.config == graph.config and new.context_schema is module.Context


def test_an_unknown_node_is_named(agent: Agent) -> None:
    net = network(agent("constant"))
    for change in ({"wrap": {"srot": Same}}, {"replace": {"srot": Constant({})}}):
        with pytest.raises(MisuseError, match="Did you mean 'sort'"):
            net.variant(**change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (Prompt(ScriptedChat([]), "Sort.", "txt", "label"), "Prompt at node 'sort' reads 'txt', .*Did you mean 'text'"),
        (Prompt(ScriptedChat([]), "Sort.", "text", "labl"), "writes labl, .* would be lost.*Did you mean 'label'"),
    ],
)
def test_a_layer_that_does_not_fit_the_state_is_refused_when_it_is_put_there(
    agent: Agent, layer: Module, said: str
) -> None:
    with pytest.raises(MisuseError, match=said):
        network(agent("desk")).variant(replace={"sort": layer})


def test_it_can_be_drawn(agent: Agent) -> None:
    net = network(agent("constant"))
    assert "sort --> reply" in net.draw("mermaid")
    with pytest.raises(MisuseError):
        net.draw("png")


def test_other_graphs_have_other_fingerprints(agent: Agent) -> None:
    net = network(agent("constant"))
    same = network(agent("constant"))
    assert net.fingerprint == same.fingerprint
    assert net.variant(wrap={"sort": alternatives("messages")}).fingerprint != net.fingerprint
