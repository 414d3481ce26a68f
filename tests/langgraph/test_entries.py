"""Each text of a YAML, JSON or TOML file is a site; an edit changes its value alone, and no line beside it."""

from __future__ import annotations

import json
import random
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.reading.entries import entries_in, patched_table
from llmdl_langgraph.reading.sites import Site

from .test_patch import WORDS

YAML = r"""# the prompts of the agent
version: 3
plain: You are a careful clerk.   # a comment behind
single: 'It''s "single" here, é'
double: "Double \"quoted\"\n and \t tabbed \u00e9 \U0001F389"
literal: |
  One line {x}

    deeper line
  last line

# between
clipped: |-  # said in a word
  No end of line
kept: |+
  All ends of lines


folded: >
  Folded into
  one line.

  And another.
indented: |2
    Two more to begin with
  and none
several: a plain text
  over two lines  # with a comment
flow: {system: Be brief and kind, list: ["first: one", 'second', third one], n: 4}
messages:
  - role: system
    content: |
      You sort mail.
        - deeper
    # not content
  - {role: user, content: "Sort {mail}"}
nested:
    - - one inner text
      - |
        a block in a list
    - >-
        folded
        in a list
base: &base
  tone: &tone Speak warmly to all.
  rule: &rule |
    Never lie.
first:
  <<: *base
  own: *tone
  more: [*rule]
number: 12
switch: yes
nothing: ~
tagged: !!str tagged text here
last: The last one has no line end"""

JSON = r"""{
  "plain": "You are a careful clerk.",
  "escaped": "A \"quote\", a \\ and \u00e9 \ud83c\udf89\n\tend",
  "raw": "é 🎉 / \/ raw",
  "n": 3, "none": null, "yes": true,
  "messages": [{"role": "system", "content": "You sort mail."},
    {"role": "user",   "content": "Sort {mail}"}],
  "nested": [["one", ["two", {"a.b": "three"}]], ""],
  "half": "half \ud83d an emoji"
}
"""
TOML = r'''# the prompts of the agent
version = 3
plain = "You are a careful clerk."   # a "comment" behind
escaped = "A \"quote\", a \\ and \u00e9 \U0001F389\n\tend"
single = 'It is "single" here, é'
twice = "You are a careful clerk."
empty = ""

[sort]
"a.b" = "sort"
system = """
You sort mail.
  Never \
  twice, and say ""so""."""
list = [ "first: one", 'second', [ "third" ] ]
flow = { tone = "Speak warmly to all.", n = 4 }

[[steps]]
text = """One line {x}
"""

[[steps]]
text = "another" # the last one has no line end'''
TABLES = {"prompts.yaml": YAML, "prompts.json": JSON, "prompts.toml": TOML}
LOAD = {"prompts.yaml": yaml.safe_load, "prompts.json": json.loads, "prompts.toml": tomllib.loads}


def sites(name: str, text: str | None = None) -> list[Site]:
    return entries_in(TABLES[name] if text is None else text, Path(name), name)


def at(table: Any, site: Site, text: str) -> list[tuple[Any, ...]]:
    """The ways to a text, with what is there."""
    return [keys for keys, value in leaves(table, ()) if ".".join(map(str, keys)) == site.scope and value == text]


def leaves(table: Any, keys: tuple[Any, ...]) -> list[tuple[tuple[Any, ...], Any]]:
    if isinstance(table, dict):
        return [leaf for key, value in table.items() for leaf in leaves(value, (*keys, key))]
    if isinstance(table, list):
        return [leaf for n, value in enumerate(table) for leaf in leaves(value, (*keys, n))]
    return [(keys, table)]


ALIASES = {
    "base.tone": {"first.tone", "first.own"},
    "base.rule": {"first.rule", "first.more.0"},
}


@pytest.mark.parametrize("name", TABLES)
def test_every_text_is_one_site(name: str) -> None:
    aliases = {alias for some in ALIASES.values() for alias in some}
    told = [
        (".".join(map(str, keys)), value)
        for keys, value in leaves(LOAD[name](TABLES[name]), ())
        if isinstance(value, str) and value.strip() and ".".join(map(str, keys)) not in aliases
    ]
    assert sorted((site.scope, site.text) for site in sites(name)) == sorted(told)


def test_a_site_is_named_by_its_key_and_by_what_is_above_it_where_the_key_says_nothing() -> None:
    names = {site.scope: site.name for site in sites("prompts.yaml")}
    assert names["plain"] == "plain"
    assert names["messages.0.content"] == "messages_content"
    assert names["flow.system"] == "flow_system"
    assert {site.kind for site in sites("prompts.yaml")} == {"entry"}


def edited(text: str, chance: random.Random) -> str:
    start = chance.randrange(len(text) + 1)
    end = start + chance.randrange(4)
    words = [
        *WORDS,
        ": ",
        "- ",
        " #",
        "\n\n",
        "  \n",
        "\n  ",
        "&a",
        "*b",
        "!c",
        "'",
        "|",
        "---\n",
        "\x7f",
        "\x85",
        "yes",
        "é",
    ]
    return text[:start] + "".join(chance.choice(words) for _ in range(chance.randrange(6))) + text[end:]


CASES = [(name, site) for name in TABLES for site in sites(name)]


@pytest.mark.parametrize(("name", "site"), CASES, ids=lambda case: getattr(case, "scope", case))
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_any_text_is_read_back_and_nothing_else_changes(name: str, site: Site, ends: str) -> None:
    chance = random.Random(site.key)
    content = TABLES[name].replace("\n", ends)
    before, times = leaves(LOAD[name](content), ()), 20 if ends == "\n" else 5
    refused = 0
    for _ in range(times):
        new = edited(site.text, chance)
        try:
            patched = patched_table(content, {site: new})
        except CannotExportError:
            refused += 1
            assert "\ud83d" in new or "\0" in new, new
            continue
        patched.encode()
        assert patched.count("\r") == (patched.count("\n") if ends == "\r\n" else 0)
        changed = {site.scope} | ALIASES.get(site.scope, set())
        for (keys, was), (still, now) in zip(before, leaves(LOAD[name](patched), ()), strict=True):
            assert keys == still
            assert now == (new if ".".join(map(str, keys)) in changed else was), new
        above, below = around(site, content)
        assert patched.startswith(above) and patched.endswith(below), new
    assert refused < times


def around(site: Site, content: str) -> tuple[str, str]:
    """The lines above and below a text."""
    lines = content.split("\n")
    first, last = site.span[0] - 1, site.span[2] - (site.span[3] == 0)
    while last > first + 1 and not lines[last - 1].strip():
        last -= 1  # blank lines behind a block can be part of it
    below = lines[last:]
    while below and not below[0].strip() and site.span[2] > last:
        below = below[1:]
    return "".join(line + "\n" for line in lines[:first]), "\n".join(below) if below else ""


@pytest.mark.parametrize(
    ("scope", "new", "before", "after"),
    [
        ("plain", "You are a clerk.", "plain: You are a careful clerk.   # a", "plain: You are a clerk.   # a"),
        ("plain", "You: a # clerk", "plain: You are a careful clerk.   # a", 'plain: "You: a # clerk"   # a'),
        ("single", 'It\'s "single"', "'It''s \"single\" here, é'", "'It''s \"single\"'"),
        (
            "literal",
            "One line\n  deeper\n",
            "  One line {x}\n\n    deeper line\n  last line\n",
            "  One line\n    deeper\n",
        ),
        (
            "literal",
            "  First\nnext\n",
            "|\n  One line {x}\n\n    deeper line\n  last line\n",
            "|2\n    First\n  next\n",
        ),
        ("clipped", "No end\nof line", "  No end of line\n", "  No end\n  of line\n"),
        ("clipped", "An end\n", "|-  # said in a word\n  No end of line\n", "|  # said in a word\n  An end\n"),
        ("clipped", "\x07", "|-  # said in a word\n  No end of line\n", '"\\a"  # said in a word\n'),
        ("folded", "Another\nline.\n", ">\n  Folded into\n  one line.\n\n  And another.\n", "|\n  Another\n  line.\n"),
        ("flow.list.1", "second, too", "'second'", "'second, too'"),
        ("flow.list.2", "third, too", "third one", '"third, too"'),
        ("messages.0.content", "You sort.\n", "      You sort mail.\n        - deeper\n", "      You sort.\n"),
        ("base.tone", "Speak coldly.", "&tone Speak warmly to all.", "&tone Speak coldly."),
        ("base.rule", "Lie.\nOnce.\n", "&rule |\n    Never lie.\n", "&rule |\n    Lie.\n    Once.\n"),
        ("tagged", "12", "!!str tagged text here", "!!str 12"),
        ("last", "The end", "last: The last one has no line end", "last: The end"),
    ],
)
def test_a_text_keeps_its_style_where_it_can(scope: str, new: str, before: str, after: str) -> None:
    changes_one_place("prompts.yaml", scope, new, before, after)


def changes_one_place(name: str, scope: str, new: str, before: str, after: str) -> None:
    """A new text stands where the old one stood, and all else is as it was."""
    (site,) = [site for site in sites(name) if site.scope == scope]
    assert TABLES[name].count(before) == 1
    assert patched_table(TABLES[name], {site: new}) == TABLES[name].replace(before, after)


def test_json_keeps_its_escapes_where_it_has_them() -> None:
    found = {site.scope: site for site in sites("prompts.json")}
    patched = patched_table(JSON, {found["escaped"]: "é 🎉", found["raw"]: "ü 🎉", found["half"]: "ü"})
    assert r'"escaped": "\u00e9 \ud83c\udf89",' in patched
    assert '"raw": "ü 🎉",' in patched and r'"half": "\u00fc"' in patched


@pytest.mark.parametrize(
    ("scope", "new", "before", "after"),
    [
        ("plain", "You are.", 'plain = "You are a careful clerk."', 'plain = "You are."'),
        ("single", "It's", "'It is \"single\" here, é'", '"It\'s"'),
        ("sort.list.1", "2nd", "'second'", "'2nd'"),
        ("sort.flow.tone", "Speak.", '"Speak warmly to all."', '"Speak."'),
        ("steps.0.text", 'Two\nlines, "quoted"', '"""One line {x}\n"""', '"""Two\nlines, "quoted\\""""'),
    ],
)
def test_toml_keeps_its_quotes_where_it_can(scope: str, new: str, before: str, after: str) -> None:
    changes_one_place("prompts.toml", scope, new, before, after)


def test_all_are_changed_at_once() -> None:
    for name in TABLES:
        edits = {site: f"New text of {site.scope}." for site in sites(name)}
        patched = patched_table(TABLES[name], edits)
        assert {site.scope: site.text for site in sites(name, patched)} == {s.scope: t for s, t in edits.items()}


def test_a_text_is_found_again_when_lines_moved_and_refused_when_it_changed() -> None:
    (site,) = [site for site in sites("prompts.json") if site.scope == "plain"]
    assert '"plain": "new"' in patched_table(JSON.replace("{", '{\n  "above": [1],', 1), {site: "new"})
    with pytest.raises(CannotExportError, match="has changed"):
        patched_table(JSON.replace("careful ", ""), {site: "new"})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("broken.yaml", "a: [One text here.\nb: {"),
        ("unknown.yaml", "a: *nowhere\n"),
        ("empty.yaml", ""),
        ("comments.yaml", "# nothing\n"),
        ("itself.yaml", "&a [*a]\n"),
        ("broken.json", '{"a": "One text here.",}'),
        ("twice.json", '{"a": 1, "b": "One text here.", "a": "Another text."}'),
        ("twice.json", '{"a": "One text here.", "a": "Another text."}'),
        ("deep.json", "[" * 3000 + "]" * 3000),
        ("empty.json", ""),
    ],
)
def test_what_can_not_be_read_for_sure_has_no_sites(name: str, text: str) -> None:
    assert entries_in(text, Path(name), name) == []


def test_objects_of_an_own_kind_have_the_texts_in_them() -> None:
    text = "a: !Prompt\n  text: You are kind to all.\nb: !env NAME\nc: !!binary aGVsbG8=\n"
    (site,) = entries_in(text, Path("own.yaml"), "own.yaml")
    assert (site.scope, site.text) == ("a.text", "You are kind to all.")
    assert patched_table(text, {site: "Be kind."}) == text.replace("You are kind to all.", "Be kind.")


def test_of_a_key_that_occurs_twice_the_last_counts_as_yaml_reads_it() -> None:
    text = "a: The first text.\na: The second text.\n"
    (site,) = entries_in(text, Path("twice.yaml"), "twice.yaml")
    assert site.text == yaml.safe_load(text)["a"] == "The second text."
    assert patched_table(text, {site: "New."}) == "a: The first text.\na: New.\n"


def test_many_aliases_of_aliases_are_read_at_once() -> None:
    lines = ["a0: &a0 [One text here.]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
    assert len(entries_in("\n".join(lines), Path("laughs.yaml"), "laughs.yaml")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "a: |\n  One line here.",
        "a: >-\n  One line here.",
        "a: |+\n  One line here.\n\n",
        "One line here.\n",
        "|\n One line.\n",
        "- One line here.",
        "--- # first\na: One line here.\n...\n",
        "? a\n: One line here.\n",
        '"a": "One line here."',
    ],
)
@pytest.mark.parametrize("new", ["Two\nlines.", "Two\nlines.\n", "  Two\n\nlines.\n\n\n", "", "12", "- #: {x}"])
def test_a_text_at_the_end_of_a_file_is_changed_too(text: str, new: str) -> None:
    (site,) = entries_in(text, Path("end.yaml"), "end.yaml")
    (keys, _), *_ = leaves(yaml.safe_load(text), ())
    assert leaves(yaml.safe_load(patched_table(text, {site: new})), ()) == [(keys, new)]


def test_a_site_knows_where_it_stands() -> None:
    lines = JSON.split("\n")
    for site in sites("prompts.json"):
        row, column, last, end = site.span
        assert row == last and json.loads(lines[row - 1][column:end]) == site.text
    places = {site.scope: site.span[:2] for site in sites("prompts.yaml")}
    assert (places["plain"], places["messages.1.content"]) == ((3, 7), (36, 26))


def test_each_document_of_a_file_has_texts_of_its_own() -> None:
    text = "---\nname: buy\nprompt: You buy wine.\n---\n# the second\nname: sell\nprompt: You sell wine.\n"
    found = {site.scope: site for site in entries_in(text, Path("wine.yaml"), "wine.yaml")}
    changed = patched_table(text, {found["1.prompt"]: "You sell: all of it."})
    assert [one["prompt"] for one in yaml.safe_load_all(changed)] == ["You buy wine.", "You sell: all of it."]
    assert "# the second" in changed
