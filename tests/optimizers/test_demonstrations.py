"""Worked examples are made from train rows in the form that the application's model gives."""

from __future__ import annotations

import random

from llmdl_plugins.data import Example
from llmdl_plugins.optimizers.demonstrations import balanced, demonstrations

ROWS = [Example({"text": f"t{n}"}, {"label": "ab"[n % 2]}, str(n)) for n in range(10)]


def test_answers_are_json_where_the_model_speaks_json_else_the_value() -> None:
    assert demonstrations(ROWS[:1], "text", True) == [{"input": "t0", "output": '{"label": "a"}'}]
    assert demonstrations(ROWS[:1], "text", False) == [{"input": "t0", "output": "a"}]


def test_messages_give_the_text_of_the_last_human_turn() -> None:
    turns = [{"role": "user", "content": "first"}, {"role": "ai", "content": "hm"}, {"role": "user", "content": "last"}]
    row = Example({"messages": turns}, "x", "1")
    assert demonstrations([row], "messages", False) == [{"input": "last", "output": "x"}]


def test_a_balanced_set_spreads_answers_evenly_and_follows_the_seed() -> None:
    skewed = [{"input": str(n), "output": "rare" if n == 0 else "common"} for n in range(50)]
    chosen = balanced(skewed, 4, random.Random(1))
    assert sorted(d["output"] for d in chosen) == ["common", "common", "common", "rare"]
    assert balanced(skewed, 4, random.Random(1)) == chosen
