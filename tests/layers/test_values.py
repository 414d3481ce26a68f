"""Layers that ask nobody: texts become values, canonical forms, one of many."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers.activation import Activation
from llmdl_plugins.layers.norm import Norm
from llmdl_plugins.layers.pool import Pool
from llmdl_plugins.network import trainable

LABEL = Literal["billing", "lost card"]


class Order(BaseModel):
    item: str
    count: int = 1


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        (LABEL, "Billing.", "billing"),
        (LABEL, "I'd say: **lost card**, surely.", "lost card"),
        (LABEL, "billing or lost card", None),
        (LABEL, "rebilling", None),
        (int, "There are 12 of them.", 12),
        (int, "3 or 4", None),
        (bool, "yes", True),
        (Order, 'Here:\n```json\n{"item": "cup", "count": 2}\n```', Order(item="cup", count=2)),
        (Order, "a cup", None),
        (list[str], 'Sure: ["a", "b"]', ["a", "b"]),
    ],
)
def test_a_text_becomes_the_value_that_it_holds_or_nothing(schema: Any, text: str, value: Any) -> None:
    assert Activation(schema, "answer").invoke({"answer": text}) == {"answer": value}


def test_an_exact_value_stands_alone() -> None:
    layer = Activation(LABEL, "answer")
    with trainable(layer).using({"reading": "exact"}):
        assert layer.invoke({"answer": " billing "}) == {"answer": "billing"}
        assert layer.invoke({"answer": "It is billing"}) == {"answer": None}


def test_what_pydantic_does_not_know_is_refused_when_it_is_built() -> None:
    with pytest.raises(MisuseError, match="can't check values of"):
        Activation(object(), "answer")


@pytest.mark.parametrize("text", ["  Lost  CARD. ", "stolen card", "Stolen\ncard!", "lost card"])
def test_texts_that_mean_the_same_become_one(text: str) -> None:
    assert Norm("label", aliases={"lost card": ["Stolen card"]}).invoke({"label": text}) == {"label": "lost card"}


def test_spaces_alone_leave_case_and_marks() -> None:
    assert Norm("t", "spaces").invoke({"t": " Cafe\u0301  au lait. "}) == {"t": "Caf\u00e9 au lait."}


def test_an_alias_of_two_is_refused() -> None:
    with pytest.raises(MisuseError, match="'b' would be 'a' and 'c'"):
        Norm("label", aliases={"a": ["b"], "c": ["B"]})


@pytest.mark.parametrize(
    ("by", "one"), [("majority", "2"), ("max", "3 of them"), ("sum", "7"), ("concat", "2\n3 of them\n2.")]
)
def test_a_list_is_pooled(by: str, one: str) -> None:
    assert Pool("counts", "count", by).invoke({"counts": ["2", "3 of them", "2."]}) == {"count": one}


@pytest.mark.parametrize(("by", "one"), [("majority", ""), ("max", ""), ("sum", "0"), ("concat", "")])
def test_of_nothing_comes_nothing(by: str, one: str) -> None:
    assert Pool("counts", "count", by).invoke({"counts": []}) == {"count": one}
