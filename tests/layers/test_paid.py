"""Layers in a run: the ledger has as many calls as a layer says, pays none of them twice, and training chooses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import Sequential, Trainer, trainable
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers import BlackBox, Norm
from llmdl_plugins.module import Module
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.plugins.manager import BUILTIN
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.testing import ScriptedChat
from llmdl_plugins.testing.conformance.fakes import TEXT, Asked
from llmdl_plugins.testing.conformance.making import made

from ..paid import Run

OURS = [
    pytest.param(offer.load(), id=name)
    for kind in ("layers", "containers")
    for name, offer in catalogue(kind).items()
    if offer.plugin.distribution == BUILTIN.distribution
]


@pytest.mark.parametrize("kind", OURS)
def test_the_ledger_has_as_many_calls_as_it_says_and_none_is_paid_twice(kind: type[Module]) -> None:
    model = ScriptedChat(lambda messages, _: f"{len(messages[-1].text)} words")
    layer: Module = made(kind, model)  # type: ignore[arg-type]
    net, asked, run = trainable(layer), Asked(TEXT), Run(Ledger())
    net.invoke(asked)
    state = dict(asked)
    model.calls.clear()
    with run.rollout():
        first = net.invoke(state)
    try:
        said = layer.calls(**dict.fromkeys(state, 1))
    except MisuseError:
        assert isinstance(layer, BlackBox)
    else:
        assert run.calls[1] == len(model.calls) and len(model.calls) in said
    asked_for = len(model.calls)
    with run.rollout():
        assert net.invoke(state) == first
    assert len(model.calls) == asked_for and run.calls[1] == asked_for


def copied(state: Any) -> Any:
    return {"answer": state["question"]}


def test_training_chooses_among_the_options_of_layers(tmp_path: Path) -> None:
    rows = [{"inputs": {"question": f"  Item {n}. "}, "expected": {"answer": f"item {n}"}} for n in range(90)]
    net = trainable(Sequential(Norm("question", "off"), BlackBox(copied)))
    given = {"train": rows[:30], "val": rows[30:60], "test": rows[60:]}
    result = Trainer(
        net, "exact_match", **given, optimizer="random", budget="500 rollouts", folder=tmp_path / "run"
    ).fit()
    assert result.status == "improved" and result.before == 0 and result.after == 1
    assert result.parameters["layers.0/form"]["after"] == "folded"
