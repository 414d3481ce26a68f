"""Models and options of predictors are choices, once they are offered."""

from __future__ import annotations

import asyncio
from typing import Any

import dspy
import pytest

from llmdl_plugins import trainable
from llmdl_plugins.errors import MisuseError, ParameterError

from .filling import chatting, filling
from .programs import Inner


def answering(text: str) -> Any:
    return lambda field, system, last: text


def traced(net: Any, values: Any, inputs: Any) -> Any:
    with dspy.context(lm=filling(answering("first"))), net.using(values):
        return asyncio.run(net.trace(inputs))


def test_a_model_is_chosen_for_one_predictor() -> None:
    net = trainable(Inner())
    offered = net.offer("parts[0]/model", {"dspy": filling(answering("second")), "chat": chatting(answering("third"))})
    assert offered.options == ("as written", "dspy", "chat") and net["parts[0]/model"] is offered
    for chosen, said in (("as written", "first"), ("dspy", "second"), ("chat", "third")):
        answer, tape = traced(net, {"parts[0]/model": chosen}, {"question": "q"})
        assert answer.answer == said and tape.steps[0].outputs["draft"] == "first"


def test_copies_keep_what_they_draw_with() -> None:
    best = dspy.BestOfN(module=dspy.Predict("q -> a"), N=2, reward_fn=lambda given, said: 0.0, threshold=1.0)
    net, second = trainable(best), filling(answering("second"))
    net.offer("module/model", {"second": second})
    answer, tape = traced(net, {"module/model": "second"}, {"q": "x"})
    assert answer.a == "second" and len(tape.calls) == 2 and second.kwargs.get("rollout_id") is None


def test_an_option_is_chosen_and_a_warning_tells_that_it_is_not_exported() -> None:
    net = trainable(Inner())
    net.offer("parts[0]/temperature", [0.0, 0.9])
    lm = filling(answering("x"))
    with dspy.context(lm=lm), net.using({"parts[0]/temperature": 0.9}):
        asyncio.run(net.trace({"question": "q"}))
    assert [call.kwargs.get("temperature") for call in lm.engine.chat.calls][-1] == 0.9
    changed = {"parts[0]/temperature": 0.9}
    assert net.export("program", changed).parts[0].config == {"temperature": 0.9}
    with pytest.warns(UserWarning, match="no options of predictors"):
        net.export("dspy", changed)


def test_what_cannot_be_offered_is_told() -> None:
    net = trainable(Inner())
    for name, alternatives, said in (
        ("part/model", {"a": filling(answering("x"))}, "begins with no predictor"),
        ("parts[0]/demos", [1], "another parameter"),
        ("parts[0]/model", [1], "give models by names"),
        ("parts[0]/temperature", [], "give the values"),
    ):
        with pytest.raises(MisuseError, match=said):
            net.offer(name, alternatives)
    net.offer("parts[0]/temperature", [0.0])
    with pytest.raises(ParameterError, match="none of"):
        net.checked({"parts[0]/temperature": 3})
