"""The inventory finds every text that could be a prompt, and knows it again when lines move."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmdl_langgraph.exporting.copies import read
from llmdl_langgraph.reading.sites import Site, sites_in

SOURCE = '''\
"""A module docstring is no prompt."""
from typing import Annotated

SYSTEM = "You are a careful assistant."
LONG = ("one " "two "
        'three')
SUM = "p" + "q" + "r"
FIRST, SECOND = "the first", "the second"
TABLE = {"key": "a value in a table"}
MESSAGE = SystemMessage(content="held by a variable")


class Config(BaseModel):
    """What the config is."""

    plain = "a class attribute"
    persona: str = "a field default"
    tone: str = Field(default="kind words", description="how to speak")
    fresh: str = field(default="a dataclass default")


class Answer(TypedDict):
    setup: Annotated[str, ..., "the setup of the joke"]


def node(state, style="a default style", *, query: Annotated[str, "what to look for"] = "nothing"):
    """What the node does."""
    text = f"Hello {state['name']!r:>10} and {len(state):>3} {{x}}"
    mixed = "Plain " + f"and {style}"
    text += "one more thing"
    self.prompt = dedent("""a dedented text""")
    answer = llm.invoke([SystemMessage("sent at once"), {"role": "system", "content": "in a dict"}])
    "a stray string"
    return state["messages"]


class Agent:
    async def run(self):
        def inner():
            return "from the inner scope"


template = PromptTemplate.from_template("Tell <<WHO>> about it".strip().replace("<<WHO>>", "me"))
OTHER = "Ask <<WHOM>> about it"
OTHER.replace("<<WHOM>>", name)
'''


def found(source: str = SOURCE) -> dict[str, Site]:
    return {site.text: site for site in sites_in(source, Path("app.py"), "app")}


@pytest.mark.parametrize(
    ("text", "kind", "scope", "name", "context"),
    [
        ("You are a careful assistant.", "constant", "", "SYSTEM", ""),
        ("one two three", "constant", "", "LONG", ""),
        ("pqr", "constant", "", "SUM", ""),
        ("the second", "constant", "", "SECOND", ""),
        ("a value in a table", "constant", "", "key", ""),
        ("held by a variable", "constant", "", "MESSAGE", "SystemMessage"),
        ("What the config is.", "docstring", "Config", "__doc__", ""),
        ("a class attribute", "class attribute", "Config", "plain", ""),
        ("a field default", "default", "Config", "persona", ""),
        ("kind words", "default", "Config", "tone", "Field"),
        ("how to speak", "field description", "Config", "tone", "Field"),
        ("a dataclass default", "default", "Config", "fresh", "field"),
        ("the setup of the joke", "field description", "Answer", "setup", "Annotated"),
        ("a default style", "default", "node", "style", ""),
        ("what to look for", "field description", "node", "query", "Annotated"),
        ("nothing", "default", "node", "query", ""),
        ("What the node does.", "docstring", "node", "__doc__", ""),
        ("Hello {state['name']!r:>10} and {len(state):>3} {{x}}", "fstring", "node", "text", ""),
        ("Plain and {style}", "fstring", "node", "mixed", ""),
        ("one more thing", "literal", "node", "text", ""),
        ("a dedented text", "literal", "node", "prompt", ""),
        ("sent at once", "literal", "node", "", "SystemMessage"),
        ("in a dict", "literal", "node", "content", "invoke"),
        ("from the inner scope", "literal", "Agent.run.inner", "", ""),
        ("Tell <<WHO>> about it", "constant", "", "template", "from_template"),
    ],
)
def test_a_site_knows_what_holds_it(text: str, kind: str, scope: str, name: str, context: str) -> None:
    site = found()[text]
    assert (site.kind, site.scope, site.name, site.context) == (kind, scope, name, context)


def test_what_can_be_no_prompt_is_left_out() -> None:
    assert not {"A module docstring is no prompt.", "a stray string", "messages", "name", "key"} & set(found())


def test_holes_of_an_fstring_are_its_expressions() -> None:
    site = found()["Hello {state['name']!r:>10} and {len(state):>3} {{x}}"]
    assert [(hole.raw, hole.expression) for hole in site.holes] == [
        ("{state['name']!r:>10}", "state['name']"),
        ("{len(state):>3}", "len(state)"),
    ]
    assert site.fstring


def test_tokens_of_replace_calls_belong_to_the_text_they_are_called_on() -> None:
    assert found()["Tell <<WHO>> about it"].replaced == ("<<WHO>>",)
    assert found()["Ask <<WHOM>> about it"].replaced == ("<<WHOM>>",)


def test_keys_are_unique_and_survive_that_lines_move() -> None:
    before, after = found(), found("import os\n\n\n" + SOURCE.replace("class Agent", "\n\nX = 1\n\n\nclass Agent"))
    assert len({site.key for site in before.values()}) == len(before)
    assert {text: site.key for text, site in before.items()} == {text: site.key for text, site in after.items()}
    assert before["kind words"].key == "app:Config.tone#0"
    assert before["how to speak"].key == "app:Config.tone#1"
    assert before["sent at once"].key == "app:node.SystemMessage#0"


def test_spans_are_those_of_the_expression(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_text('É = g("é", "the text after an accent")\n', encoding="utf-8")
    (_, site) = sites_in(path.read_text("utf-8"), path, "app")
    assert path.read_bytes()[site.span[1] : site.span[3]].decode() == '"the text after an accent"'


def test_a_source_in_another_encoding_is_read(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_bytes('# -*- coding: latin-1 -*-\nTEXT = "Grüße an alle"\n'.encode("latin-1"))
    assert [site.text for site in sites_in(read(path), path, "app")] == ["Grüße an alle"]


def test_the_warnings_of_the_users_source_are_not_ours() -> None:
    assert sites_in('X = "a \\d bad escape"\n', Path("app.py"), "app")[0].text == "a \\d bad escape"
