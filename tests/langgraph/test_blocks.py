"""Templates with control blocks are matched as jinja2 and mustache render them, and rewritten as they would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langchain_core.utils import mustache

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.matching.explain import Saying, explain, rewritten
from llmdl_langgraph.matching.readings import readings
from llmdl_langgraph.matching.texts import Text, text
from llmdl_langgraph.reading.passages import whole
from llmdl_langgraph.wording.blocks import BLOCKS
from llmdl_langgraph.wording.template import Hole, holes

jinja2 = pytest.importorskip("jinja2")

VALUES = {
    "name": "Ada & <co>",
    "items": ["one", "two\nlines", "{{three}}"],
    "nobody": [],
    "yes": True,
    "no": False,
    "table": {"key": "value {x}"},
}
TEMPLATES = {
    "a condition": "You are a clerk.\n{% if yes %}\nAnswer {{ name }} kindly.\n{% endif %}\nBe brief, be good.",
    "a condition that fails": "You are a clerk.\n{% if no %}\nNever.\n{% else %}\nEver.\n{% endif %}\nBe good.",
    "a loop": "The rules are these:\n{% for item in items %}\n- {{ item }}\n{% endfor %}\nKeep to the rules.\n",
    "an empty loop": "These are the rules:\n{% for item in nobody %}\n- {{ item }}\n{% endfor %}\nKeep to the rules.",
    "filters": "You greet {{ name | upper }} and then all of {{ items | join(', ') }} to {{ table['key'] }}.",
    "an expression": "Greet {{ 'all' if yes else 'none' }} of {{ items | length + 1 }} people, and be kind to them.",
    "white space control": "You are a clerk.  \n  {%- if yes -%}\n  Say it.  {%+ endif %}  \n\n  Then be brief.",
    "white space of values": "You greet   {{- name -}}   and then you go on   {{ name -}}  with all the rest.",
    "nested": "You sort the mails.\n{% if yes %}{% for i in items %}"
    "{% if i %}{{ i }}{% endif %}\n{% endfor %}{% endif %}Rest.",
    "indented": "You are a clerk.\n    {% if yes %}\n    Say it well.\n    {% endif %}\n    And be brief, as ever.",
    "a comment": "You are a clerk.\n{# nobody sees this {{ name }} #}\nBe brief to {{ name }}, as ever.",
    "a setting": "{% set who = name %}\nYou are a clerk of {{ who }}.\n{% set x %}y{{ who }}{% endset %}\nBe brief.",
    "raw": "You write code like {% raw %}{{ this }} {% if x %}{% endraw %} and never anything else, please.",
    "a macro": "{% macro greet(n) %}Hello {{ n }}{% endmacro %}\nYou say it well: {{ greet(name) }}, and go on then.",
    "with": "You are a clerk.\n{% with a = 1 %}{{ a }}{% endwith %}\nBe brief, as ever.",
    "line ends at the end": "You are the clerk of {{ name }}, who is good.\n\n",
    "only holes at the edges": "{% if yes %}One.{% endif %}\nYou are the clerk of this house.\n{{ name }}",
    "json": 'Answer {{ name }} in the form {"a": {"b": 1}} and in no other one, please.',
}


def text_of(raw: str) -> Text:
    """A parameter for a template that stands in a file."""
    site = whole(raw, Path("prompt.j2"), "prompt.j2")
    found = readings(site)
    return text({site: tuple(found)}, found, "text")


def rendered(raw: str, **settings: Any) -> str:
    return str(jinja2.Environment(**settings).from_string(raw).render(**VALUES))


SETTINGS = [
    {"trim_blocks": trim, "lstrip_blocks": lstrip, "keep_trailing_newline": keep}
    for trim in (False, True)
    for lstrip in (False, True)
    for keep in (False, True)
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: ",".join(name for name, on in s.items() if on) or "plain")
@pytest.mark.parametrize("name", TEMPLATES)
def test_what_is_rendered_is_found_and_rewritten_as_the_edited_template_is(name: str, settings: dict[str, Any]) -> None:
    raw = TEMPLATES[name]
    found = text_of(raw)
    (site,) = found.sites
    sent = rendered(raw, **settings)
    explained = explain(sent, [found])
    assert not isinstance(explained, str), sent
    assert rewritten(explained, Saying({})) == sent
    value = found.parameter.default.replace("You", "This: you").replace("be ", "always be ").replace("the", "these")
    assert value != found.parameter.default and found.parameter.problem(value) is None
    edited = found.raw(site, value)
    assert rewritten(explained, Saying({found.parameter: value})) == rendered(edited, **settings)


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name != "json"])
def test_a_template_is_its_text_and_its_holes(name: str) -> None:
    pieces = BLOCKS.read(TEMPLATES[name])
    assert pieces is not None and holes(pieces)
    assert "".join(piece.raw if isinstance(piece, Hole) else piece for piece in pieces) == TEMPLATES[name]
    assert not any("{{" in piece or "%}" in piece for piece in pieces if isinstance(piece, str))


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("You greet {{#people}}\n- {{n}}\n{{/people}}\nAnd you are kind.", {"people": [{"n": "A"}, {"n": "B"}]}),
        ("You greet {{^people}}nobody{{/people}} and you are kind to them.", {"people": []}),
        ("You are kind.\n{{! nobody sees this }}\nAnd you are brief.", {}),
        ("You greet {{a.b}} and you {{#kind}}x {{/kind}}are kind to all.", {"a": {"b": "A"}, "kind": True}),
        ("You are kind:\n{{#a}}{{#b}}{{c}}{{/b}}{{/a}}\nAnd you are brief.", {"a": {"b": {"c": "x"}}}),
    ],
)  # fmt: skip
def test_sections_of_mustache_are_blocks(raw: str, values: dict[str, Any]) -> None:
    found = text_of(raw)
    sent = mustache.render(raw, values)
    explained = explain(sent, [found])
    value = found.parameter.default.replace("kind", "very kind")
    edited = found.raw(found.sites[0], value)
    assert rewritten(explained, Saying({found.parameter: value})) == mustache.render(edited, values) != sent


@pytest.mark.parametrize(
    "raw",
    [
        "You are {% if yes %} kind to all.",
        "You are kind {% endif %} to all.",
        "You are kind {{ to all.",
        "You are kind {% to all.",
        "You are kind #} to all.",
        "You greet {{#people}} all of them kindly.",
        "You greet {{/people}} all of them kindly.",
    ],
)
def test_what_is_not_closed_is_no_such_template(raw: str) -> None:
    assert BLOCKS.read(raw) is None


@pytest.mark.parametrize("words", ["{{ other }}", "{% if x %}", "{# note #}", "%}"])
def test_a_new_text_brings_no_tags(words: str) -> None:
    found = text_of(TEMPLATES["a loop"])
    value = found.parameter.default.replace("Keep", f"Keep {words.replace('{', '{{').replace('}', '}}')}")
    assert found.parameter.problem(value)


def test_white_space_beside_a_block_belongs_to_the_block() -> None:
    found = text_of(TEMPLATES["a loop"])
    assert found.parameter.default == "The rules are these:{for_item_in}Keep to the rules.\n"
    with pytest.raises(CannotExportError, match="can't say"):
        found.raw(found.sites[0], "The rules are these:\n{for_item_in}\nKeep to all.\n")
