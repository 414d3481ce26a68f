"""Every syntax says exactly what the slot law means, for the nastiest texts, or refuses."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from langchain_core.prompts import PromptTemplate

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.matching.readings import Reading, readings
from llmdl_langgraph.matching.safe_edit import safe_edit_problem
from llmdl_langgraph.reading.sites import sites_in
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.slots import render

NASTY = [
    '{"json": [1, {"a": 2}]}',
    "{ } {{ }} {{{ }}} }{ {}",
    "{topic} as text {{topic}}",
    "quotes ' \" ''' \"\"\" `",
    "emoji 🎉 and é and 漢字",
    "nul \0 bell \x07 escape \x1b[31m",
    "separators \u2028 \u2029 \x0b \x0c \x85",
    "backslash \\ \\n \\\\ \\x00 \\",
    "lines\nand\ttabs\r\nand returns\r",
    "</script><!-- & &amp; <b>",
    "dollar $x ${x} percent %s %d %% %(x)s 100%",
    "half an emoji \ud83d and its rest",
    "jinja {{x}} {% if x %} {# note #} {{ '{' }}",
]
VALUES = {"topic": "rain & <sun> {x} %s \0 🎉", "who": "me"}


def reading_of(source: str, syntax: str, transform: str = "no change", text: int = 0) -> Reading:
    site = sites_in(source, Path("app.py"), "app")[text]
    return next(r for r in readings(site) if (r.syntax.name, r.transform.name) == (syntax, transform))


def spoken(nasty: str) -> str:
    """A nasty text between slots, in the words of the slot law."""
    return f"Write for {{who}}: {nasty.replace('{topic}', '{{topic}}')} about {{topic}}, my dear."


FORMAT = reading_of('X = "Write for {who} a poem about {topic}, my dear."', "str.format")
PERCENT = reading_of('X = "Write for %(who)s a poem about %(topic)s, my dear."', "%-format")
FSTRING = reading_of('X = f"Write for {who} a poem about {topic}, my dear."', "an f-string")
TWICE = reading_of('X = f"Write for {who} a poem about {{topic}}, my dear."', "an f-string that is formatted")
DOUBLE = reading_of('X = "Write for {{who}} a poem about {{ topic }}, my dear."', "mustache or jinja2")
REPLACE = reading_of('X = "Write for <who> a nice poem on <topic>, dear.".replace("<who>", a).replace("<topic>", b)',
                     "text with .replace(...)")  # fmt: skip


def evaluated(raw: str) -> str:
    """What an f-string with this template evaluates to."""
    plain = "{}[]' :"
    escaped = "".join(c if (c.isascii() and c.isalnum()) or c in plain else f"\\U{ord(c):08x}" for c in raw)
    return str(eval(f'f"{escaped}"', dict(VALUES)))


RUN: dict[str, tuple[Reading, Callable[[str], str]]] = {
    "format": (FORMAT, lambda raw: raw.format(**VALUES)),
    "percent": (PERCENT, lambda raw: raw % VALUES),
    "fstring": (FSTRING, evaluated),
    "fstring, then format": (TWICE, lambda raw: evaluated(raw).format(**VALUES)),
    "replace": (REPLACE, lambda raw: raw.replace("<who>", "me").replace("<topic>", VALUES["topic"])),
    "langchain": (FORMAT, lambda raw: PromptTemplate.from_template(raw).format(**VALUES)),
}  # fmt: skip


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("way", RUN)
def test_every_text_can_be_said_and_is_rendered_byte_for_byte(way: str, nasty: str) -> None:
    reading, run = RUN[way]
    canonical = spoken(nasty)
    assert run(reading.to_source(canonical)) == render(reading.parse(canonical), VALUES)


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("language", ["mustache", "jinja2"])
def test_double_braces_are_rendered_byte_for_byte_or_refused(
    language: Literal["mustache", "jinja2"], nasty: str
) -> None:
    pytest.importorskip("jinja2")
    values = {"topic": "rain", "who": "me"}  # mustache escapes HTML in values, which is no business of the template
    canonical = spoken(nasty)
    if any(mark in nasty for mark in ("{{", "{%", "{topic}", "\r")):
        with pytest.raises(CannotExportError, match="mustache or jinja2 can't say"):
            DOUBLE.to_source(canonical)
        return
    raw = DOUBLE.to_source(canonical)
    assert PromptTemplate.from_template(raw, template_format=language).format(**values) == render(
        DOUBLE.parse(canonical), values
    )


@pytest.mark.parametrize("nasty", NASTY)
def test_a_text_without_slots_is_said_verbatim(nasty: str) -> None:
    reading = reading_of('X = "Write a very nice poem."', "plain text")
    assert reading.to_source(nasty) == nasty


def test_verbatim_is_tried_before_formats() -> None:
    (site,) = sites_in('X = "Write a long and merry poem about {topic} and about tea today."', Path("app.py"), "app")
    assert [r.syntax.name for r in readings(site)] == ["plain text", "str.format"]


def test_json_in_a_prompt_is_no_format_field() -> None:
    source = """X = 'Answer every question that you get with {"violation": 1} or {"violation": 0} only.'"""
    (site,) = sites_in(source, Path("app.py"), "app")
    assert [r.syntax.name for r in readings(site)] == ["plain text"]


@pytest.mark.parametrize("text", ["'research_brief'", "'two words'", "'a b c d e f'", "f'{a} {b} of {c}'"])
def test_short_texts_have_no_readings(text: str) -> None:
    assert not [r for site in sites_in(f"X = {text}", Path("app.py"), "app") for r in readings(site)]


def test_aliases_are_short_and_unique() -> None:
    source = (
        "X = f\"Given {s['topic']} and {a.b.topic}, count {len(docs)} of {', '.join(x for x in names)} by "
        "{s['topic']}, "
        'with {topic!r:>10} in mind, in greatest detail, {0}"'
    )
    assert reading_of(source, "an f-string").slots == (
        "topic",
        "topic_2",
        "len_docs",
        "join_x_x_names",
        "topic_3",
        "slot",
    )


def test_positional_slots_keep_their_order() -> None:
    for source, syntax in (
        ('X = "Tell %s a nice old tale of %s please."', "%-format"),
        ('X = "Tell {} a nice old tale of {} please."', "str.format"),
    ):
        reading = reading_of(source, syntax)
        assert reading.slots == ("arg0", "arg1")
        assert "A tale of" in reading.to_source("A tale of {arg0} for {arg1}.")
        with pytest.raises(CannotExportError, match="order"):
            reading.to_source("A tale of {arg1} for {arg0}.")


INDENTED = '''
def node():
    return dedent({f}"""
        You help {{who}} with these:
          - {f}deeper

        Be kind.
        """)
'''.replace("{f}deeper", "deeper")


@pytest.mark.parametrize("f", ["", "f"])
@pytest.mark.parametrize(
    ("transform", "apply"),
    [
        ("strip", str.strip),
        ("dedent", textwrap.dedent),
        ("dedent and strip", lambda text: textwrap.dedent(text).strip()),
        ("cleandoc", inspect.cleandoc),
    ],
)
def test_white_space_is_put_back_as_it_was(f: str, transform: str, apply: Callable[[str], str]) -> None:
    (site,) = sites_in(INDENTED.format(f=f, who="who"), Path("app.py"), "app")
    syntax = "an f-string" if f else "str.format"
    found = [r for r in readings(site) if r.syntax.name == syntax and "".join(r.canonical) == apply(site.text)]
    assert found, "a reading for what is sent"
    assert found[0].to_source(found[0].canonical) == site.text
    changed = found[0].to_source(found[0].canonical.replace("deeper", "first\n  - second").replace("Be", "\nBe"))
    assert apply(changed) == found[0].canonical.replace("deeper", "first\n  - second").replace("Be", "\nBe")
    assert changed.startswith("\n        You help") and changed.endswith("kind.\n        ")


def test_white_space_that_would_be_stripped_is_refused() -> None:
    reading = reading_of('X = "  Write a very nice poem.\\n"', "plain text", "strip")
    assert reading.to_source("Be kind.") == "  Be kind.\n"
    with pytest.raises(CannotExportError, match="white space"):
        reading.to_source("  Be kind.")


@pytest.mark.parametrize(
    ("base", "new", "problem"),
    [
        ("{a} is what you summarise.", "{a} is what you sum up, in verse.", None),
        ("{a} is what you summarise.", "Sum up {a} now.", "nothing may stand between the start and {a}"),
        ("You answer the question: {a}", "Answer: {a}", None),
        ("You answer the question: {a}", "Answer {a} now.", "nothing may stand between {a} and the end"),
        ("You answer the question: {a}?", "Answer: {a}? Now.", "only '?' may stand between {a} and the end"),
        ("You use the context {a}\n\n{b}", "Use {a}\n\nQuestion: {b}", "only '\\n\\n' may stand between {a} and {b}"),
        ("You use the context {a}\n\n{b}", "The context: {a}\n\n{b}", None),
        ("You compare {a} and also {b} with greatest care.", "With care, {b} against {a} now.", None),
        ("You compare {a} and also {b} with greatest care.", "Compare {a} with care.", "slots must stay"),
        ("You compare {a} and also {b} with greatest care.", "Compare {a}, {b} and {b} with care.", "slots must stay"),
    ],
)
def test_an_edit_is_safe_when_what_is_sent_stays_decidable(base: str, new: str, problem: str | None) -> None:
    reading = reading_of(f"X = {base!r}", "str.format")
    said = safe_edit_problem(reading, new)
    assert said is None if problem is None else said is not None and problem in said
    assert safe_edit_problem(reading, reading.canonical) is None


def test_safe_edits_are_a_check_of_a_parameter() -> None:
    checks = [partial(safe_edit_problem, DOUBLE)]
    parameter = Parameter(DOUBLE.canonical, slots=DOUBLE.slots, checks=checks)
    assert parameter.problem("Write something for {who} on {topic}, dear.") is None
    assert "no escape" in str(parameter.problem("Write {{x}} for {who} on {topic}, dear."))


def test_what_the_slot_law_can_not_hold_has_no_reading() -> None:
    (site,) = sites_in('X = f"Answer in this form: {{{name}}} and no other."', Path("app.py"), "app")
    assert readings(site) == []
