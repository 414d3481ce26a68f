"""The parts of a text file that its loader sends are found in what is sent, and edited where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.reading.passages import passages, patched_text, whole
from llmdl_langgraph.reading.sites import Site

FILE = Path("prompts/talk.md")
TEXT = """---
name: talk
about: This says what the file is for.
---

# System

You talk to people about {topic}.
Be kind to all of them.

# User

Please tell me more
about {topic} now.
"""
SYSTEM = "You talk to people about tea.\nBe kind to all of them."
USER = "Please tell me more\nabout tea now."
BRANCHES = """{% if first %}
You are at the very first step.
{% elif second %}
You are at the second step of two.
{% else %}
You are done with everything.
{% endif %}
"""


def found(text: str, *sent: str) -> list[str]:
    return [site.text for site in passages(text, FILE, "talk.md", sent)]


def test_front_matter_is_no_part_of_what_is_sent() -> None:
    body = TEXT.split("---\n", 2)[2]
    assert found(TEXT, body.replace("{topic}", "tea")) == [body.strip()]


def test_headings_part_the_messages_of_a_file() -> None:
    assert found(TEXT, SYSTEM, USER) == [SYSTEM.replace("tea", "{topic}"), USER.replace("tea", "{topic}")]


def test_the_branch_that_was_taken_is_a_passage() -> None:
    assert found(BRANCHES, "You are at the second step of two.")[0] == "You are at the second step of two."


def test_a_file_that_is_sent_whole_or_not_at_all_has_no_passages() -> None:
    assert found(TEXT, TEXT) == [] and found(TEXT, TEXT.strip()) == []
    assert found(TEXT, "Something else is said here, and nothing of that file.") == []
    assert found("One line.", "One line.") == []


def test_a_few_characters_in_common_are_no_passage() -> None:
    assert found("---\na: b\n---\nYes, sir.\n", "Yes, sir.") == []


def test_a_passage_knows_where_it_stands() -> None:
    system, user = passages(TEXT, FILE, "talk.md", [SYSTEM, USER])
    assert (system.span[:2], user.span[:2]) == ((8, 0), (13, 0))
    assert (system.nth, user.nth, system.name, system.kind) == (1, 2, "talk", "file")
    assert len({system.key, user.key, whole(TEXT, FILE, "talk.md").key}) == 3


def sites(text: str = TEXT) -> tuple[Site, Site]:
    system, user = passages(text, FILE, "talk.md", [SYSTEM, USER])
    return system, user


NEW = {"system": "Talk.\n\nAbout {topic}: é 🎉", "user": ""}


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("above", ["", "One more line above.\n\n"])
def test_passages_are_edited_where_they_stand_now(above: str, ends: str) -> None:
    system, user = sites()
    now = (above + TEXT).replace("\n", ends)
    expected = (above + TEXT).replace(system.text, NEW["system"]).replace(user.text, NEW["user"])
    assert patched_text(now, {system: NEW["system"], user: NEW["user"]}) == expected.replace("\n", ends)


def test_a_passage_that_changed_or_that_stands_twice_now_is_refused() -> None:
    system, _ = sites()
    for now in (TEXT.replace("kind", "good"), "Above.\n" + TEXT + TEXT, ""):
        with pytest.raises(CannotExportError, match="has changed"):
            patched_text(now, {system: "new"})


def test_edits_that_overlap_are_refused() -> None:
    system, user = sites()
    with pytest.raises(CannotExportError, match="overlap"):
        patched_text(TEXT, {whole(TEXT, FILE, "talk.md"): "new", user: "new"})
    (both,) = passages(TEXT, FILE, "talk.md", [TEXT.split("---\n", 2)[2]])
    with pytest.raises(CannotExportError, match="overlap"):
        patched_text(TEXT, {both: "new", system: "other"})


def test_line_ends_of_several_kinds_are_refused() -> None:
    system, _ = sites()
    with pytest.raises(CannotExportError, match="line ends"):
        patched_text(TEXT.replace("\n", "\r\n", 3), {system: "new"})


def test_half_a_character_can_not_stand_in_a_file() -> None:
    system, _ = sites()
    with pytest.raises(CannotExportError, match="no file can hold"):
        patched_text(TEXT, {system: "half \ud83d of it"})


SKILL = "---\nname: weave\ndescription: How patterns are woven.  # a comment\nlevel: 2\n---\nBegin at the left edge.\n"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("new", ["How to weave: all of it", "[[1]] 'Weave' \"it\" # now", "One line\n\nand another é"])
def test_a_value_in_the_header_of_a_file_is_edited_as_yaml(new: str, ends: str) -> None:
    told = "- weave: How patterns are woven.\n\nBegin at the left edge."
    body, value = passages(SKILL, FILE, "skill.md", [told])
    assert (body.text, value.text, value.name) == ("Begin at the left edge.", "How patterns are woven.", "description")
    changed = patched_text(SKILL.replace("\n", ends), {body: "Begin.", value: new}).replace("\r\n", "\n")
    _, header, rest = changed.split("---\n")
    assert yaml.safe_load(header) == {"name": "weave", "description": new, "level": 2}
    assert rest == "Begin.\n" and "# a comment" in header


def test_a_header_that_has_changed_is_refused() -> None:
    *_, value = passages(SKILL, FILE, "skill.md", ["How patterns are woven."])
    for now in ("Begin at the left edge.\n", SKILL.replace("woven", "made")):
        with pytest.raises(CannotExportError, match="has changed"):
            patched_text(now, {value: "new"})
