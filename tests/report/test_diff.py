"""A diff can be read, gives both texts back, and stays quick on long ones."""

from __future__ import annotations

import time

import pytest

from llmdl_plugins.report.diff import word_diff

PAIRS = [
    ("", "new"),
    ("old", ""),
    ("Be brief.\n\nUse {slot}.", "Be kind, and brief.\nUse {slot} once."),
    ("a b c d e f", "a x y z e f"),
    ("emoji 👩‍💻 stays", "emoji 👩‍💻 goes"),
    ("same", "same"),
]


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_the_pieces_give_both_texts_back(before: str, after: str) -> None:
    pieces = word_diff(before, after)
    assert "".join(p.text for p in pieces if p.mark != "in") == before
    assert "".join(p.text for p in pieces if p.mark != "out") == after


def test_neighbouring_changes_are_one_change() -> None:
    assert [(p.mark, p.text) for p in word_diff("a b c d e f", "a x y z e f")] == [
        ("same", "a "),
        ("out", "b c d"),
        ("in", "x y z"),
        ("same", " e f"),
    ]


def test_texts_with_little_in_common_stand_whole() -> None:
    marks = [
        p.mark for p in word_diff("Answer the ticket.", "You are a careful clerk who sorts incoming mail by urgency")
    ]
    assert marks == ["out", "in"]


def test_long_texts_are_cut_and_quick() -> None:
    since = time.perf_counter()
    pieces = word_diff("a b " * 50_000, "b c " * 50_000)
    word_diff("a b c " * 600, "b a c " * 600)
    word_diff(" ".join(f"w{n % 60} and" for n in range(990)), " ".join(f"w{n * 7 % 60} and" for n in range(990)))
    assert time.perf_counter() - since < 5
    assert all(len(p.text) < 21_000 and "more characters" in p.text for p in pieces)
