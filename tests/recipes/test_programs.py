"""Recipes around a predictor of a DSPy program: they start as it is, cost what they say, and are trained."""

from __future__ import annotations

import re
from typing import Any

import pytest

dspy = pytest.importorskip("dspy")

import llmdl_recipes as recipes  # noqa: E402
from llmdl_dspy import as_lm  # noqa: E402
from llmdl_plugins import Trainer, trainable  # noqa: E402
from llmdl_plugins.cli.handing import handing  # noqa: E402
from llmdl_plugins.run.ledger import Ledger  # noqa: E402
from llmdl_plugins.testing import ScriptedChat  # noqa: E402

from ..paid import Run  # noqa: E402
from .kinds import KINDS, Kind  # noqa: E402
from .test_training import SwitchOn  # noqa: E402

KNOWS = "be right about it"


def model(parts_say: str) -> ScriptedChat:
    """Fills in the fields of the program, right where it is told to be; else it says what the parts say."""

    def said(messages: Any, settings: Any) -> str:
        names = re.findall(r"\[\[ ## (\w+) ## \]\]", str(messages[-1].content).rpartition("Respond")[2])
        fields = [f"[[ ## {n} ## ]]\n{'right' if KNOWS in str(messages[0].content) else 'wrong'}" for n in names[:-1]]
        return "\n\n".join([*fields, "[[ ## completed ## ]]"]) if names else parts_say

    return ScriptedChat(said)


def program() -> Any:
    return dspy.Predict("question, text -> answer")


def values(net: Any, kind: Kind) -> dict[str, Any]:
    """The recipe switched on, and its words in every copy of the instructions."""
    texts = [name for name, p in net.named_parameters().items() if name.endswith("instructions") and p.trainable]
    own = {name: f"Answer, and {KNOWS}, number {n}." for n, name in enumerate(texts)}
    return {"self/chosen": kind.name, **{f"self/{name}": value for name, value in kind.values.items()}, **own}


def test_what_is_inside_an_alternative_counts_only_where_that_is_chosen() -> None:
    with dspy.context(lm=as_lm(model("NONE"))):
        net = recipes.refine(program(), source="question")
    assert net.conditions()["self/refine/rounds"] == [{"self/chosen": ("refine",)}]
    assert net.layers["self"].calls().least == 1


@pytest.mark.parametrize("form", ["mermaid", "svg"])
def test_a_program_is_drawn_with_what_stands_at_its_predictors(form: str) -> None:
    app = dspy.ChainOfThought("question, text -> answer")
    plain, net = trainable(app), recipes.vote(app)
    assert all(word in plain.draw(form) for word in ("ChainOfThought", "predict", "question, text → reasoning, answer"))
    assert all(word in net.draw(form) for word in ("predict: Choice", "chosen plain", "vote: Vote"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_it_goes_around_a_predictor(kind: Kind) -> None:
    said, calls = list(kind.costs.items())[-1]
    asked = model("right" if kind.name in ("multi-head", "mixture", "hierarchy") else said)
    with dspy.context(lm=as_lm(asked)):
        plain, net = trainable(program()), kind.make(program(), source="question")
        answers = [one.invoke(kind.inputs).toDict() for one in (plain, net)]
        assert answers[0] == answers[1] and asked.calls[0] == asked.calls[1] and len(asked.calls) == 2
        run = Run(Ledger())
        with net.using(values(net, kind)), run.rollout():
            assert net.invoke(kind.inputs).answer == "right"
        assert run.calls[1] == calls
        rows = [
            {"inputs": {**kind.inputs, "text": f"{n} {kind.inputs['text']}"}, "expected": "right"} for n in range(40)
        ]
        result = Trainer(net, "exact_match", rows, optimizer=SwitchOn(values(net, kind))).fit()
    assert (result.status, result.before, result.after) == ("improved", 0.0, 1.0)
    assert result.parameters["self/chosen"]["after"] == kind.name
    assert handing(result).startswith("--as module -o trained "), "the JSON of DSPy is refused for an architecture"
