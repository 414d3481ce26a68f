"""A template is found in what was sent, with its values, quickly and not by coincidence."""

from __future__ import annotations

import time

import pytest

from llmdl_langgraph.wording.matcher import Matcher
from llmdl_langgraph.wording.prose import is_telling
from llmdl_plugins.slots import Part, Slot

X, Y = Slot("x"), Slot("y")


def values(parts: list[Part], text: str) -> dict[str, str] | None:
    match = Matcher(parts).search(text)
    return match.values if match else None


def test_slots_between_literals_are_short_and_the_last_is_long() -> None:
    assert values(["You help with ", X, " and then ", Y], "You help with tea and then milk and then more\n!") == {
        "x": "tea",
        "y": "milk and then more\n!",
    }


def test_the_span_is_the_template_and_no_more() -> None:
    text = "Before. Write about rain now. After."
    match = Matcher(["Write about ", X, " now."]).search(text)
    assert match is not None
    assert text[match.start : match.end] == "Write about rain now."
    assert match.rewrite(["Sing of ", X, ", ", X, "!"]) == "Sing of rain, rain!"


def test_a_leading_slot_takes_all_text_before() -> None:
    assert values([X, " is what you summarise."], "a (b) [c] is what you summarise.") == {"x": "a (b) [c]"}


def test_literals_are_verbatim_whatever_they_hold() -> None:
    nasty = "a.*b [c] (d|e) \\1 {f} $ ^ \0 \u2028 🎉"
    assert values([nasty, X, "!"], f"{nasty}value!") == {"x": "value"}
    assert values([nasty, X, "!"], f"{nasty.replace('.', '-')}value!") is None


def test_a_slot_that_occurs_twice_holds_equal_text() -> None:
    parts: list[Part] = ["Compare ", X, " and ", Y, ": is ", X, " better?"]
    assert values(parts, "Compare salt and pepper: is salt better?") == {"x": "salt", "y": "pepper"}
    assert values(parts, "Compare salt and pepper: is sugar better?") is None
    assert values(parts, "Compare A and B and C: is A and B better?") == {"x": "A and B", "y": "C"}


@pytest.mark.parametrize(
    "sent", ["Answer the question: why?\n\n", "Answer the question: why?", "Intro\nAnswer the question: why?"]
)
def test_white_space_at_the_end_of_a_template_may_be_stripped(sent: str) -> None:
    match = Matcher(["Answer the question: ", X, "?\n\n"]).search(sent)
    assert match is not None and match.values == {"x": "why"}
    assert sent[: match.start] + match.rewrite(["Think. Question: ", X, "?\n\n"]) == sent.replace(
        "Answer the question:", "Think. Question:"
    )


def test_white_space_inside_a_text_is_no_stripped_end() -> None:
    assert Matcher(["You are a kind helper.\n\n"]).search("You are a kind helper. Really.") is None


def test_a_first_literal_that_occurs_before_the_template_is_no_start() -> None:
    text = "Hello. Use your head. Use the tool to answer the question."
    match = Matcher(["Use ", X, " to answer the question."]).search(text)
    assert match is not None and match.values == {"x": "the tool"}
    assert text[match.start :] == "Use the tool to answer the question."


def test_of_copies_that_follow_each_other_the_first_is_found() -> None:
    text = "Source title: a\nIts text: b\n\nSource title: c\nIts text: d\n\n"
    match = Matcher(["Source title: ", X, "\nIts text: ", Y, "\n\n"]).search(text)
    assert match is not None and match.values == {"x": "a", "y": "b"} and match.end < len(text) / 2 + 1


def test_what_is_kept_whole_is_never_cut() -> None:
    kept = Matcher(["Rules: ", X, "\n", Y])
    text = "Rules: be kind\nbe brief\nIt is late"
    match = kept.search_around(text, [(7, 23)])
    assert match and match.values == {"x": "be kind\nbe brief", "y": "It is late"}
    assert kept.search_around(text, [(0, 23)]) is None
    assert kept.search_around(text, []) == kept.search(text)


def test_a_slot_that_occurs_twice_holds_equal_text_where_that_is_kept_too() -> None:
    twice = Matcher(["I say ", X, " and ", X, "."])
    assert twice.search_around("I say tea and tea.", [(6, 9), (14, 17)])
    assert twice.search_around("I say tea and oil.", [(6, 9), (14, 17)]) is None


def test_a_hostile_text_is_searched_quickly() -> None:
    parts: list[Part] = ["a long enough start "]
    for n in range(12):
        parts += [Slot(f"s{n}"), ": "]
    parts += [X, " never ", X, " ends"]
    text = "a long enough start " + "b: " * 20_000
    began = time.process_time()
    assert Matcher(parts).search(text) is None
    assert Matcher([*parts[:-4], Slot("z"), " never"]).search(text) is None
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("parts", "telling"),
    [
        (["You are a helper."], True),
        (["research_brief"], False),
        (["a b c d e f g h"], False),
        (["thirteen_characters_and ", X, " b"], False),
        ([X, " one two ", Y, " three four "], False),
        (["你是一个非常有用的助手请认真回答问题"], True),
        ([X], False),
    ],
)
def test_only_prose_is_told_apart_from_data(parts: list[Part], telling: bool) -> None:
    assert is_telling(parts) is telling
