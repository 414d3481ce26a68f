"""The slot law: known slots are slots, their doubles are literal, every other brace is itself."""

from __future__ import annotations

import random

import pytest

from llmdl_plugins.slots import Slot, count, parse, render, unparse

NASTY = [
    "", "{}", "{{}}", '{"a": 1}', "{x", "x}", "{y}", "{{x}}", "{{{x}}}", "{% raw %}", "$x", "{x!r}", "{x:>10}",
    "\N{GRINNING FACE}{", "\x00", "\ud83d", "a\u2028b", "</script>", "\x1b[31m", "{{{{x}}}}", "{ x }",
]  # fmt: skip


def test_a_known_slot_is_a_slot_and_its_double_is_literal() -> None:
    assert parse("{x} {{x}} {y}", ["x"]) == [Slot("x"), " {x} {y}"]


@pytest.mark.parametrize("text", NASTY)
def test_any_literal_text_survives_writing_and_reading(text: str) -> None:
    parts = parse(unparse([text, " ", Slot("x"), " ", text], ["x", "long_x"]), ["x", "long_x"])
    assert render(parts, {"x": "-"}) == f"{text} - {text}"
    assert count(parts) == {"x": 1}


def test_random_texts_survive_writing_and_reading() -> None:
    draw = random.Random(0)
    for _ in range(2_000):
        literal = "".join(draw.choices(["{", "}", "x", "y", " ", "\u2028", "{x}", "{{x}}"], k=8))
        assert parse(unparse([literal], ["x", "y"]), ["x", "y"]) == [literal]


def test_values_are_never_read_as_slots_themselves() -> None:
    assert render(parse("{x}{y}", ["x", "y"]), {"x": "{y}", "y": "{x}"}) == "{y}{x}"


def test_without_slots_a_text_is_itself() -> None:
    assert parse("{x} {{x}}", []) == ["{x} {{x}}"]
