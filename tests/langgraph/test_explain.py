"""A sent text is explained by the parameters in it; a phrase counts only where it stands on its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmdl_langgraph.matching.explain import Saying, explain, explained_in, explained_inside, rewritten
from llmdl_langgraph.matching.readings import readings
from llmdl_langgraph.matching.texts import Text, text
from llmdl_langgraph.reading.sites import sites_in


def text_of(source: str) -> Text:
    (site,) = sites_in(f"X = {source}", Path("app.py"), "app")
    found = readings(site)
    return text({site: tuple(found)}, found, "text")


PHRASE = text_of('"short and friendly words"')
SENTENCE = text_of('"You are the clerk of the house, and you sort the mail that comes in every day."')
OUTER = text_of('f"These are the rules of the house: {rules} Keep to them."')


@pytest.mark.parametrize(
    "sent",
    [
        "short and friendly words",
        "Use them:\nshort and friendly words\nand no others",
        "Hello. short and friendly words",
        "short and friendly words, and more of them",
        '- "short and friendly words"\n- others',
        "**short and friendly words**",
    ],
)
def test_a_phrase_is_found_at_the_start_or_the_end_of_a_line(sent: str) -> None:
    explained = explain(sent, [PHRASE])
    new = rewritten(explained, Saying({PHRASE.parameter: "long words"}))
    assert new == sent.replace("short and friendly words", "long words")


@pytest.mark.parametrize(
    "sent",
    [
        "I like short and friendly words in a mail.",
        "x short and friendly words y",
        "Say 'short and friendly words' to me.",
    ],
)
def test_a_phrase_inside_a_sentence_is_of_whoever_wrote_that(sent: str) -> None:
    assert explain(sent, [PHRASE]) == sent


def test_a_whole_sentence_is_found_anywhere() -> None:
    sent = f"Hello. {SENTENCE.parameter.default} Bye."
    assert rewritten(explain(sent, [SENTENCE]), Saying({SENTENCE.parameter: "Be kind."})) == "Hello. Be kind. Bye."


def test_a_text_in_the_slot_of_another_is_found_there() -> None:
    sent = f"These are the rules of the house: {SENTENCE.parameter.default} Keep to them."
    explained = explain(sent, [SENTENCE, OUTER])
    assert [found.text for found in explained_in(explained)] == [OUTER, SENTENCE]
    assert [found.text for found in explained_inside(explained)] == [SENTENCE]
    values = {OUTER.parameter: "Rules: {rules} Keep to them.", SENTENCE.parameter: "Be kind."}
    assert rewritten(explained, Saying(values)) == "Rules: Be kind. Keep to them."


def test_what_a_text_says_leaves_out_what_fills_its_edges() -> None:
    outer = text_of('f"{first} is what they say in the house, and {last}"')
    (found,) = explain_one("Yes is what they say in the house, and no", outer)
    assert found.said == " is what they say in the house, and "


def explain_one(sent: str, text: Text) -> list:  # type: ignore[type-arg]
    return list(explained_in(explain(sent, [text])))


@pytest.mark.parametrize(
    ("case", "new"), [("upper", "LONG WORDS"), ("title", "Long Words"), ("capitalize", "Long words")]
)
def test_a_phrase_that_is_sent_in_another_case_is_rewritten_in_it(case: str, new: str) -> None:
    sent = f"Use:\n{getattr('short and friendly words', case)()}"
    assert rewritten(explain(sent, [PHRASE]), Saying({PHRASE.parameter: "long words"})) == f"Use:\n{new}"
