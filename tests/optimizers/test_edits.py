"""A rewritten prompt is read as edits of sentences, which lose nothing and can be taken one by one."""

from __future__ import annotations

import pytest

from llmdl_plugins.optimizers.edits import applied, edits, pieces, without
from llmdl_plugins.optimizers.memory import Memory
from llmdl_plugins.optimizers.moves import move

TEXTS = [
    "Be brief.",
    "  Be brief.  Say 1.5 l.\n\n- one\n- two\n\n1. first\n2. second\n",
    "You are kind! Are you?  Yes.\n\n\n",
    "no stop at the end",
    "",
    " \n ",
    'He said "stop." Then: {slot} {{literal}} e.g. this.',
]


@pytest.mark.parametrize("text", TEXTS)
def test_pieces_joined_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


@pytest.mark.parametrize("old", TEXTS[:4])
@pytest.mark.parametrize("new", TEXTS[:4])
def test_all_edits_together_make_the_new_text(old: str, new: str) -> None:
    assert applied(old, edits(old, new)).split() == new.split()
    assert applied(old, []).strip() == old.strip()


def test_a_sentence_in_other_words_is_replaced_others_come_and_go() -> None:
    made = edits("Give the unit. Be kind.", "Always give the unit of it. Round to cents.")
    assert [(e.old.strip(), e.new.strip()) for e in made] == [
        ("Give the unit.", "Always give the unit of it."),
        ("", "Round to cents."),
        ("Be kind.", ""),
    ]


def test_a_sentence_goes_with_its_gap() -> None:
    assert without("One. Two. Three.", "Two.") == "One. Three."
    assert without("- one\n- two\n- three", "- two") == "- one\n- three"


def test_a_rejected_edit_is_known_again_in_other_words_and_forgotten_with_a_new_incumbent() -> None:
    memory, old = Memory(), {"a": "Answer."}
    memory.reject(move(old, {"a": "Answer. Always give the unit."}))
    assert memory.was_tried(move(old, {"a": "Answer. Give units, always."}))
    assert not memory.was_tried(move(old, {"a": "Answer. Never give the unit."}))
    assert not memory.was_tried(move(old, {"a": "Answer. Always give the unit. Round to cents."}))
    memory.accept(None)
    assert not memory.was_tried(move(old, {"a": "Answer. Always give the unit."}))


def test_the_edit_budget_keeps_what_most_examples_asked_for() -> None:
    new = "Answer. Be kind. Name the unit. Round to cents."
    worth = {"Round it to cents.": 9, "The unit has to be named.": 4}
    assert Memory().allowed("a", "Answer.", new, 2, worth) == "Answer. Name the unit. Round to cents."
