"""Networks: parameters by name, values in force in one context, and the application itself where nothing changed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.containers.sequential import Sequential
from llmdl_plugins.door import boundary
from llmdl_plugins.errors import MisuseError, ParameterError, TargetError
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.network import Network, trainable
from llmdl_plugins.testing import ScriptedChat


def echo() -> ScriptedChat:
    return ScriptedChat(lambda messages, kwargs: f"[{messages[0].text}|{messages[-1].text}]")


@pytest.fixture
def net() -> Network:
    model = echo()
    return trainable(Sequential(Prompt(model, "plan", "question", "plan"), Prompt(model, "solve", "plan", "answer")))


FIRST, SECOND = "layers.0/instruction", "layers.1/instruction"


def test_parameters_have_the_names_of_their_paths(net: Network) -> None:
    assert list(net.named_parameters()) == [FIRST, SECOND]
    assert net.state_dict() == {FIRST: "plan", SECOND: "solve"}


def test_a_shared_parameter_keeps_its_first_name() -> None:
    prompt = Prompt(echo(), "plan", "question", "answer")
    net = trainable(Choice({"plain": prompt, "again": Sequential(prompt)}))
    assert list(net.named_parameters()) == ["chosen", "alternatives.plain/instruction"]


@pytest.mark.parametrize("call", ["ainvoke", "invoke", "batch", "stream", "trace"])
async def test_every_face_runs_with_the_values_in_force(net: Network, call: str) -> None:
    inputs = {"question": "q"}
    with net.using({FIRST: "PLAN"}):
        said: Any = getattr(net, call)([inputs] if call == "batch" else inputs)
        said = await said if call in ("ainvoke", "trace") else next(said) if call == "stream" else said
    out = said[0] if call in ("batch", "trace") else said
    assert out["answer"] == "[solve|[PLAN|q]]"


async def test_values_stay_in_their_own_task(net: Network) -> None:
    async def one(n: int) -> bool:
        with net.using({FIRST: f"plan {n}"}):
            return bool((await net.ainvoke({"question": "q"}))["plan"] == f"[plan {n}|q]")

    assert all(await asyncio.gather(*(one(n) for n in range(200))))
    assert net.state_dict()[FIRST] == "plan" and not boundary.is_open()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"layers.0/instructions": "x"}, "Did you mean 'layers.0/instruction'"),
        ({FIRST: ""}, "the text is empty"),
        ({SECOND: "x"}, "frozen"),
    ],
)
def test_impossible_values_are_refused_before_anything_runs(net: Network, values: dict[str, Any], said: str) -> None:
    net[SECOND].freeze()
    with pytest.raises(ParameterError, match=said), net.using(values):
        pass


def test_freezing_by_glob(net: Network) -> None:
    net.train_only("*.1/*")
    assert [p.trainable for p in net.named_parameters().values()] == [False, True]
    assert "only *.1/* is trained" in net.summary()
    net.freeze()
    assert not any(p.trainable for p in net.named_parameters().values())
    with pytest.raises(ParameterError, match=r"No parameter matches 'layer.0"):
        net.freeze("layer.0/instruction")


def test_a_state_is_loaded_strictly(net: Network) -> None:
    with pytest.raises(ParameterError, match=r"Missing: \['layers.1/instruction'\]; unexpected: \['x'\]"):
        net.load_state_dict({FIRST: "a", "x": "b"})
    net.load_state_dict({FIRST: "PLAN", SECOND: "solve"})
    assert net.invoke({"question": "q"})["plan"] == "[PLAN|q]"
    assert net.export("weights") == {FIRST: "PLAN"}
    with net.using({FIRST: "on top"}):
        assert net.state_dict()[FIRST] == "on top"


def test_the_summary_shows_every_parameter(net: Network) -> None:
    assert net.summary().splitlines() == [
        "Network Sequential",
        "parameter             kind  size     slots  trainable",
        "layers.0/instruction  text  4 chars  –      yes",
        "layers.1/instruction  text  5 chars  –      yes",
    ]


def test_what_it_cannot_do_is_said(net: Network) -> None:
    with pytest.raises(MisuseError, match=r"can't be exported as 'weight', but as weights, module, graph"):
        net.export("weight")
    with pytest.raises(MisuseError, match="no nodes"):
        net.variant(wrap={})
    with pytest.raises(TargetError, match=r"No installed adapter knows a builtins.int"):
        trainable(3)


async def test_a_trace_holds_steps_reads_and_calls(net: Network) -> None:
    _, tape = await net.trace({"question": "q"})
    outer, plan, solve = tape.steps
    assert [s.path for s in tape.steps] == ["Sequential#0", "Sequential#0/Prompt#0", "Sequential#0/Prompt#1"]
    assert plan.reads == [net[FIRST]] and solve.reads == [net[SECOND]] and outer.reads == []
    assert solve.fed_by == [plan] and len(tape.calls) == 2


def test_a_choice_runs_what_is_chosen_and_needs_an_alternative() -> None:
    net = trainable(Choice({"a": Prompt(echo(), "A", "q", "r"), "b": Prompt(echo(), "B", "q", "r")}))
    with net.using({"chosen": "b"}):
        assert net.invoke({"q": "x"})["r"] == "[B|x]"
    assert net.invoke({"q": "x"})["r"] == "[A|x]"
    with pytest.raises(MisuseError, match="one alternative at least"):
        Choice({})


def test_a_network_is_told_in_a_line_and_goes_through_its_names(net: Network) -> None:
    assert list(net) == [FIRST, SECOND] and FIRST in net
    net[FIRST].freeze()
    assert repr(net) == f"<ModuleNetwork {net.name}: 2 parameters, 1 of them trained>"
