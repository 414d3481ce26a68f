"""A LangChain chain as a network: as it is where nothing changes, and bound at the door like a graph."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda

from llmdl_langgraph.chain import ChainNetwork
from llmdl_plugins import Choice, Network, Trainer, trainable
from llmdl_plugins.containers.multi_head import MultiHead
from llmdl_plugins.containers.untied import Untied
from llmdl_plugins.errors import MisuseError, TargetError
from llmdl_plugins.testing import ScriptedChat

from .conftest import Agent

ASKED = {"question": "Who?"}
NAMES = [f"chain/heads/head_{n}/prompt" for n in (1, 2, 3)]


@pytest.fixture
def lcel(agent: Agent) -> Any:
    """The user's module; its model says what it was told and asked."""
    module = agent("lcel")
    module.model.say = lambda messages: f"{messages[0].text} {messages[-1].text}"
    return module


def heads(net: Network) -> Network:
    """Three heads with words of their own beside the chain as it is."""

    def wrapped(inner: Any) -> Choice:
        own = {f"head_{n}": Untied(inner, {"prompt": net["chain/prompt"]}) for n in (1, 2, 3)}
        return Choice({"plain": inner, "heads": MultiHead(own)})

    return net.variant(wrap={"chain": wrapped})


def test_at_its_own_values_it_is_the_chain(lcel: Any) -> None:
    net = trainable(lcel.chain)
    assert isinstance(net, ChainNetwork) and list(net.named_parameters()) == ["chain/prompt"]
    assert net.invoke(ASKED) == lcel.chain.invoke(ASKED) == "You answer with one word. Who?"
    assert list(net.stream(ASKED)) == list(lcel.chain.stream(ASKED))
    assert len({str(call) for call in lcel.model.calls}) == 1
    assert net.model("chain") is lcel.model


def test_its_words_are_bound_and_recorded(lcel: Any) -> None:
    net = trainable(lcel.chain)
    with net.using({"chain/prompt": "Be brief."}):
        said, tape = asyncio.run(net.trace(ASKED))
    assert said == "Be brief. Who?" and len(lcel.model.calls) == len(tape.calls) == 1
    assert [step.path for step in tape.steps] == ["chain#0"] and net["chain/prompt"] in tape.steps[0].reads


@pytest.mark.parametrize("gives", [{"answer": "x"}, {"output": "x"}, ["x"], 3])
def test_what_it_gives_is_not_changed_by_being_a_node(lcel: Any, gives: Any) -> None:
    net = trainable(lcel.PROMPT | lcel.model | RunnableLambda(lambda said: gives))
    net.unfreeze("chain/prompt")  # a chain without a name has no source that could be patched
    with net.using({"chain/prompt": "Be brief."}):
        assert net.invoke(ASKED) == gives


def test_heads_of_one_chain_have_words_of_their_own(lcel: Any) -> None:
    net = heads(trainable(lcel.chain))
    assert [name for name in net.named_parameters() if "head_" in name] == NAMES
    with net.using({"chain/chosen": "heads", NAMES[0]: "One.", NAMES[2]: "Three."}):
        said, tape = asyncio.run(net.trace(ASKED))
    # Heads run side by side, in threads where their steps are synchronous.
    assert sorted(call[0][1] for call in lcel.model.calls) == ["One.", "Three.", "You answer with one word."]
    assert said == "One. Who?"
    read = [p for step in tape.steps for p in step.reads]
    assert all(net[name] in read for name in NAMES) and net["chain/prompt"] not in read


async def test_many_candidates_on_one_chain_do_not_see_each_others_heads(lcel: Any) -> None:
    net = heads(trainable(lcel.chain))

    async def one(n: int) -> Any:
        with net.using({"chain/chosen": "heads", **dict.fromkeys(NAMES, f"Words {n}.")}):
            return await net.ainvoke(ASKED)

    assert await asyncio.gather(*map(one, range(50))) == [f"Words {n}. Who?" for n in range(50)]


def test_the_words_of_all_do_not_reach_a_head_that_has_its_own(lcel: Any) -> None:
    net = heads(trainable(lcel.chain))
    with net.using({"chain/prompt": "For all."}):
        assert net.invoke(ASKED) == "For all. Who?"
    with net.using({"chain/prompt": "For all.", "chain/chosen": "heads"}):
        assert net.invoke(ASKED) == "You answer with one word. Who?"


def test_its_change_is_exported_as_a_patch(lcel: Any) -> None:
    patch = trainable(lcel.chain).export("patch", {"chain/prompt": "Be brief."})
    assert '+PROMPT = ChatPromptTemplate.from_messages([("system", "Be brief."), ("user", "{question}")])' in patch


def test_it_is_trained(lcel: Any) -> None:
    lcel.model.say = lambda messages: "yes" if "Example" in messages[-1].text else "no"
    rows = [{"inputs": {"question": f"number {n} {'abcdefg'[n % 7]}"}, "expected": "yes"} for n in range(80)]
    result = Trainer(lcel.chain, "exact_match", rows, optimizer="demonstrations").fit()
    assert (result.status, result.before, result.after) == ("improved", 0.0, 1.0)


def test_inputs_without_names_are_refused(lcel: Any) -> None:
    with pytest.raises(MisuseError, match="inputs by name"):
        trainable(lcel.chain).invoke("Who?")


@pytest.mark.parametrize("other", [ScriptedChat(script=["x"]), 3])
def test_what_is_no_chain_is_no_network(other: Any) -> None:
    with pytest.raises(TargetError):
        trainable(other)
