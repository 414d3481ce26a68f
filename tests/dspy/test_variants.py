"""Layers stand for predictors of a program: recipes work on DSPy programs as they do on graphs."""

from __future__ import annotations

import asyncio
from typing import Any

import dspy
import pytest

from llmdl_plugins import Trainer, trainable
from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.containers.optional import Optional
from llmdl_plugins.containers.vote import Vote
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers.identity import Identity
from llmdl_plugins.module import Module
from llmdl_recipes.architectures.leave_out import leave_out
from llmdl_recipes.architectures.multi_head import multi_head
from llmdl_recipes.architectures.vote import vote

from .agents.hops import Hops
from .filling import filling, marked
from .hops_model import model, row
from .programs import Inner, Nested, Synchronous


def traced(net: Any, inputs: Any, values: Any = None) -> Any:
    with dspy.context(lm=filling(marked)), net.using(values or {}):
        return asyncio.run(net.trace(inputs))


@pytest.mark.parametrize("program", [Nested, Synchronous])
def test_a_layer_around_a_predictor_is_given_its_inputs_and_gives_its_prediction(program: Any) -> None:
    original = trainable(program())
    net = original.variant(wrap={"last": lambda inner: Vote(inner, 3)})
    assert net["last/instructions"] is original["last/instructions"] and "last/draws" in net.named_parameters()
    answer, tape = traced(net, {"question": "q"}, {"last/instructions": "CAND-4"})
    assert answer.number == 4 and len(tape.calls) == 2 + 3
    assert [s.name for s in tape.steps if s.calls] == ["inner.draft.predict", "inner.parts[0]", *["last"] * 3]
    answer, tape = traced(original, {"question": "q"}, {"last/instructions": "CAND-5"})
    assert answer.number == 5 and len(tape.calls) == 3


def test_copies_that_a_module_makes_are_stood_for_as_well() -> None:
    best = dspy.BestOfN(module=dspy.Predict("q -> number: int"), N=2, reward_fn=lambda i, p: 0.0, threshold=1.0)
    net = trainable(best).variant(wrap={"module": lambda inner: Vote(inner, 3)})
    answer, tape = traced(net, {"q": "q"}, {"module/instructions": "CAND-6"})
    assert answer.number == 6 and len(tape.calls) == 2 * 3


def test_a_program_may_stand_for_a_predictor() -> None:
    net = trainable(Nested()).variant(replace={"last": dspy.ChainOfThought("answer -> number: int")})
    answer, _ = traced(net, {"question": "q"}, {"last/predict/instructions": "CAND-7"})
    assert answer.number == 7


def test_a_recipe_starts_as_the_program_itself() -> None:
    original, varied = trainable(Inner()), vote(Inner(), 3, node="parts[0]")
    runs = [traced(net, {"question": "q"}) for net in (original, varied)]
    plain, recipe = [[call.messages for call in tape.calls] for _, tape in runs]
    assert plain == recipe
    assert runs[0][0].toDict() == runs[1][0].toDict()


def test_heads_have_instructions_of_their_own() -> None:
    with dspy.context(lm=filling(marked)):
        net = multi_head(dspy.Predict("question -> answer"), heads=2)
    names = [name for name in net.named_parameters() if "head_" in name and name.endswith("/instructions")]
    values = {name: f"CAND-{n}" for n, name in enumerate(names)}
    _, tape = traced(net, {"question": "q"}, {"self/chosen": "multi-head", **values})
    assert [str(c.messages[0]["content"])[-6:] for c in tape.calls[:2]] == ["CAND-0", "CAND-1"] and len(tape.calls) == 3


def test_a_program_with_a_recipe_is_trained() -> None:
    with dspy.context(lm=model()):
        net = vote(Hops(), 3, node="answer")
        result = Trainer(net, "exact_match", [row(n) for n in range(120)], optimizer="demonstrations").fit()
    assert result.status == "improved" and "answer/demos" in result.parameters


def test_what_cannot_be_done_is_told() -> None:
    net = trainable(Inner())
    with pytest.raises(MisuseError, match="No predictor 'part'.*draft.predict|No predictor 'part'"):
        net.variant(replace={"part": Identity()})
    varied = net.variant(replace={"parts[0]": Silent()})
    with pytest.raises(MisuseError, match=r"Layers at parts\[0\] can't be exported as dspy"):
        varied.export("dspy")
    with pytest.raises(MisuseError, match="has to write answer"):
        traced(varied, {"question": "q"})


class Silent(Module):
    """Does not say what it writes, and writes nothing."""

    async def forward(self, state: Any) -> Any:
        return {}


@pytest.mark.parametrize(
    "wrap", [lambda inner: Identity(), Optional, lambda inner: Choice({"as it is": inner, "past": Identity()})]
)
def test_what_a_program_goes_on_with_is_not_left_out(wrap: Any) -> None:
    with pytest.raises(
        MisuseError, match=r"goes on with what its predictor parts\[0\] gives, answer, .* can't be left"
    ):
        trainable(Inner()).variant(wrap={"parts[0]": wrap})
    with pytest.raises(MisuseError, match="can't be left out"):
        leave_out(Hops(), node="answer")
