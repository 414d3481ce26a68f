"""Prompts that are finished when the graph is built are found, though no code that a node runs stands around them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from llmdl_langgraph.finding.discover import UNREACHED
from llmdl_langgraph.finding.probes import UNSEEN

from .conftest import Agent
from .test_export import patched, sent, sent_alone
from .test_frozen import ASKED, network

pytest.importorskip("jinja2")

NODES = {
    "keep/agent/keeper_prompt": "keep/agent",
    "greet/greeting_prompt": "greet",
    "sort/sorting_prompt": "sort",
}
GIVEN = {
    "sort/rules": "sort"
}  # a short text in a list that a template is given: prose where it is seen in what is sent


@pytest.mark.parametrize("probes", [[], [ASKED]], ids=["source alone", "probed"])
def test_prompts_that_objects_hold_belong_to_the_nodes_that_send_them(agent: Agent, probes: list[Any]) -> None:
    net = network(agent("built.graph"), probes=probes)
    assert {n: set(net.discovery.nodes[n]) for n, p in net.named_parameters().items() if p.trainable} == {
        name: {node} for name, node in {**NODES, **(GIVEN if probes else {})}.items()
    }
    assert net["unreached/unused_prompt"].frozen_because == (UNSEEN if probes else UNREACHED)


def test_a_rendered_template_is_edited_as_its_source_is_written(agent: Agent, folder: Path) -> None:
    net, model = network(agent("built.graph"), probes=[ASKED]), agent("model").model
    changes = {
        "keep/agent/keeper_prompt": "You keep the 'keys'.",
        "greet/greeting_prompt": "You greet {HOUSE} and {everybody} in it.",
        "sort/sorting_prompt": "You sort.{for_rule_in}Be very quick about it.",
    }
    bound = sent(net, model, changes, ASKED)
    assert [call[0][1] for call in bound] == [
        "You keep the 'keys'.",
        "You greet an old house and {everybody} in it.",
        "You sort.\n\n- bills first\n\n- letters from aunts last\n\nBe very quick about it.",
    ]
    patched(net, changes, folder)
    assert sent_alone((folder, "built.graph", ASKED)) == [bound]


SORTING = """
from langchain.agents import create_agent
from model import model
from post_tools import weigh

graph = create_agent(model, [weigh], system_prompt="You sort all of the post.")
"""
WEIGHING = '''
def weigh(letter: str) -> str:
    """Weigh a letter."""
    return "light"
'''


def test_a_short_prompt_is_found_where_the_tools_are_those_of_another_project(
    agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, source in {"post_office": SORTING, "post_tools": WEIGHING}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyproject.toml").touch()
        (tmp_path / name / f"{name}.py").write_text(source)
        monkeypatch.syspath_prepend(str(tmp_path / name))
    agent("model")
    net = network(agent("post_office"), probes=[])
    for name in ("post_office", "post_tools"):
        del sys.modules[name]
    assert [p.default for n, p in net.named_parameters().items() if p.trainable] == ["You sort all of the post."]


QUOTED = "You sort support mail. Answer with one word: billing, technical or other."
STRANGER = f'"""Another agent of the same process, or a test of the first."""\n\nPROMPT = """{QUOTED}"""\n'
BUILDER = f"""
from langchain.agents import create_agent
from model import model

graph = create_agent(model, [], system_prompt={QUOTED!r})
"""


@pytest.mark.parametrize("name", ["constant", "made"], ids=["a node's own", "of what builds the graph"])
@pytest.mark.parametrize("probes", [[], [ASKED]], ids=["source alone", "probed"])
def test_a_module_that_the_application_does_not_import_is_no_place_of_its_prompts(
    agent: Agent, folder: Path, probes: list[Any], name: str
) -> None:
    (folder / "made.py").write_text(BUILDER)
    (folder / "stranger.py").write_text(STRANGER)
    agent("stranger")
    net = network(agent(name), probes=probes)
    (text,) = (text for text in net.discovery.texts.values() if text.parameter.default == QUOTED)
    assert [site.file.name for site in text.sites] == [f"{name}.py"]
