"""Texts that don't look like prompts are found where they were sent: in code that builds, and in parts of files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from llmdl_langgraph.finding.quoting import quoting
from llmdl_langgraph.finding.rendered import could_be_in, holders
from llmdl_langgraph.finding.unlikely import without_overlaps
from llmdl_langgraph.matching.readings import readings
from llmdl_langgraph.matching.texts import Text, text
from llmdl_langgraph.reading.passages import passages, whole
from llmdl_langgraph.reading.sites import Site, sites_in
from llmdl_langgraph.reading.source import source_of

from .conftest import Agent

FILE = Path("talk.md")
FIRST, SECOND = "You talk to people about tea.", "Please tell me more about coffee."
CONTENT = f"---\nname: talk\n---\n\n{FIRST}\n\n# User\n\n{SECOND}\n"


def text_of(site: Site) -> Text:
    found = readings(site)
    return text({site: tuple(found)}, found, "text")


WHOLE = text_of(whole(CONTENT, FILE, "talk.md"))
PARTS = [text_of(site) for site in passages(CONTENT, FILE, "talk.md", [FIRST, SECOND])]
BOTH = text_of(passages(CONTENT, FILE, "talk.md", [f"{FIRST}\n\n# User\n\n{SECOND}"])[0])


def test_a_file_that_was_sent_in_parts_is_its_parts() -> None:
    assert without_overlaps([WHOLE, *PARTS], set(PARTS)) == PARTS


def test_a_file_that_was_sent_whole_is_whole() -> None:
    assert without_overlaps([WHOLE, *PARTS], {WHOLE, *PARTS}) == [WHOLE]


def test_of_parts_that_overlap_the_longest_that_was_sent_is_kept() -> None:
    assert without_overlaps([*PARTS, BOTH], {*PARTS, BOTH}) == [BOTH]
    assert without_overlaps([*PARTS, BOTH], set(PARTS)) == PARTS


def test_a_file_that_was_not_sent_stays_as_it_was_found() -> None:
    assert without_overlaps([WHOLE], set()) == [WHOLE]


@pytest.fixture
def written(folder: Path, agent: Agent) -> Iterator[Agent]:
    (folder / "letters.py").write_text('X = "Some words in a row of the letters."\n', encoding="utf-8")
    (folder / "trains.py").write_text(
        'if False:\n    import llmdl_plugins\nX = "Some words in a row of the letters."\n', encoding="utf-8"
    )
    (folder / "kanji.py").write_text('X = "丁寧に答えてください。必ず日本語で。"\n', encoding="utf-8")
    yield agent


@pytest.mark.parametrize(
    ("said", "modules"),
    [
        ("Here are some words, in one row of letters.", set()),
        ("row of the letters of the house", {"letters"}),
        ("There: words in a row of the letters, you see", {"letters"}),
        ("丁寧に答えてください。", {"kanji"}),
        ("", set()),
    ],
)
def test_a_module_that_shares_words_in_a_row_quotes_a_text(written: Agent, said: str, modules: set[str]) -> None:
    loaded = [written(name) for name in ("letters", "trains", "kanji")]
    names = {module.__name__ for module in loaded}
    assert {source.name for source in quoting([said], [])} & names == modules
    known = [source for module in loaded if (source := source_of(module))]
    assert not {source.name for source in quoting([said], known)} & names


@pytest.mark.parametrize(
    ("raw", "could"),
    [
        ("You sort {n} mails a day.", True),
        ("You sort <<N>> mails a day, and more.", True),
        ("{% if x %}Something else.{% endif %} mails a day", True),
        ("{a} {b}: {c}", False),
        ("You lose mails.", False),
    ],
)
def test_a_stretch_between_holes_tells_whether_a_text_can_be_in_what_is_sent(raw: str, could: bool) -> None:
    assert could_be_in(["You sort 3 mails a day."], raw) is could


def test_a_node_holds_what_a_text_is_rendered_to() -> None:
    (site,) = sites_in('X = "You sort {n} mails of the house a day, as ever."', Path("app.py"), "app")
    held = {
        "sort": ["You sort 3 mails of the house a day, as ever."],
        "more": ["You sort 3 mails of the house a day, as ever." + " And then there is much more to do." * 3],
        "other": ["You sort letters."],
    }
    assert holders(readings(site), held) == {"sort"}
