"""The prompts that a graph sends are found in its source, and nothing else is taken for one."""

from __future__ import annotations

import asyncio
import importlib
import sys
from pathlib import Path

import pytest

from llmdl_langgraph.adapt import adapt
from llmdl_langgraph.finding.discover import discover
from llmdl_plugins.errors import TargetError

from .conftest import Agent
from .test_frozen import ASKED, INPUTS, network

NAMES = {
    "constant": ["sort/system_prompt", "reply/text"],
    "context": ["answer/answer_prompt"],
    "chains": ["draft/prompt", "draft/prompt_2", "review/check/style", "shared/check_instructions"],
    "react": ["agent/prompt"],
    "fan": ["joke/joke_prompt", "best/best_prompt"],
    "styles": [
        "classify/persona",
        "classify/prompt",
        "closure/rules",
        "configured/prompt",
        "configured/tone",
        "dedented/text",
        "lambda/prompt",
        "object/system",
        "partial/style",
        "percent/percent_prompt",
        "replaced/replaced_prompt",
        "several/prompt",
        "several/prompt_2",
    ],
}


@pytest.mark.parametrize("name", NAMES)
def test_all_prompts_are_found_at_the_nodes_that_send_them(agent: Agent, name: str) -> None:
    net = network(agent(name))
    assert sorted(n for n, p in net.named_parameters().items() if p.trainable) == sorted(NAMES[name])


@pytest.mark.parametrize("name", INPUTS)
def test_a_probe_finds_the_same(agent: Agent, name: str) -> None:
    module = agent(name)
    net = network(module, probes=[INPUTS[name]])
    assert sorted(n for n, p in net.named_parameters().items() if p.trainable) == sorted(NAMES[name])
    assert module.model.calls


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_read_by_the_node_that_sends_it(agent: Agent, name: str) -> None:
    net = network(agent(name))
    _, tape = asyncio.run(net.trace(INPUTS.get(name, ASKED)))
    read = {p for step in tape.steps for p in step.reads}
    trainable = {p for p in net.named_parameters().values() if p.trainable}
    assert read - {text.parameter for text in net.tools.values()} == trainable


def test_discovery_without_probes_sends_nothing(agent: Agent) -> None:
    module = agent("chains")
    assert adapt(module.graph) and not module.model.calls


def test_logging_errors_docstrings_and_descriptions_are_no_prompts(agent: Agent) -> None:
    net = network(agent("constant"))
    for found in ("logged", "log_format", "failed_message", "doc"):
        assert not [name for name in net.named_parameters() if found in name]
    assert list(network(agent("react")).discovery.texts) == ["agent/prompt"]


def test_what_no_node_reaches_is_shown_but_frozen(agent: Agent) -> None:
    net = network(agent("context"))
    unused = net["unreached/unused_prompt"]
    assert not unused.trainable and "not reached" in unused.frozen_because
    assert "not reached from the graph" in net.summary()


def test_a_template_has_the_slots_that_its_source_fills(agent: Agent) -> None:
    prompt = network(agent("context"))["answer/answer_prompt"]
    assert prompt.slots == ("day",)
    assert "Today is {day}." in prompt.default and "say {unsure}" in prompt.default


def test_texts_that_stand_twice_are_one_parameter(agent: Agent) -> None:
    net = network(agent("chains"))
    (twins,) = [t for n, t in net.discovery.texts.items() if n == "shared/check_instructions"]
    assert sorted(site.file.name for site in twins.sites) == ["chains.py", "prompts.py"]


def test_a_probe_that_fails_counts_up_to_there_and_is_named(agent: Agent) -> None:
    module = agent("constant")
    with pytest.warns(UserWarning, match="Probe 1 failed, what it sent before counts: ValueError"):
        net = network(module, probes=[INPUTS["constant"], {"messages": []}])
    assert net["sort/system_prompt"].trainable


def test_probes_that_reach_no_model_are_an_error(agent: Agent) -> None:
    module = agent("constant")
    with pytest.warns(UserWarning), pytest.raises(TargetError, match="No probe got as far as a model"):
        network(module, probes=[{"messages": []}])


def test_the_same_text_in_another_application_is_not_this_ones(agent: Agent, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "another_desk.py").write_text((folder / "constant.py").read_text())
    sys.path.insert(0, str(other))
    try:
        importlib.import_module("another_desk")
        found = discover(agent("constant").graph)
    finally:
        sys.path.remove(str(other))
        sys.modules.pop("another_desk", None)
    assert {site.file.name for text in found.texts.values() for site in text.sites} == {"constant.py"}
