"""What an earlier run, a test or a log wrote down is not taken for the prompts that it repeats."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from llmdl_langgraph.reading.prompt_files import prompt_files
from llmdl_plugins.run.folder import RunFolder

from .conftest import Agent
from .test_frozen import network
from .test_prompt_files import names, source

TICKET = {"ticket": "I was charged twice"}
PROMPTS = {"classify_system", "reply_system"}


@pytest.fixture
def tickets(folder: Path) -> Path:
    """The folder of the user with this agent in it."""
    shutil.copytree(Path(__file__).parent / "agents" / "tickets", folder, dirs_exist_ok=True)
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    return folder


def record(agent: Agent, path: Path) -> None:
    """Write down what one run of the agent sends."""
    model = agent("model").model
    agent("tickets.agent").graph.invoke(TICKET)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"tapes": [dict(call) for call in model.calls]}), encoding="utf-8")


@pytest.mark.parametrize("name", ["answer/rec.json", "tests/cassettes/answer/rec.json", "prompts/logged.json"])
def test_a_record_of_what_was_sent_is_no_prompt(agent: Agent, tickets: Path, name: str) -> None:
    record(agent, tickets / name)
    net = network(agent("tickets.agent"), probes=[TICKET])
    trainable = {key.partition("/")[2]: net.places(key) for key, p in net.named_parameters().items() if p.trainable}
    assert trainable.keys() == PROMPTS
    assert all("prompts.yaml" in place for places in trainable.values() for place in places)


def test_the_folder_of_a_run_holds_no_prompts(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "prompts" / "a").opened({"target": "app"}):
        pass
    for folder in ("prompts/a", "prompts/a/module", "prompts/b"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "seen.json").write_text('{"a": "Sort it."}', encoding="utf-8")
    assert names(prompt_files([source(tmp_path / "app.py", "read('seen.json')")])) == ["prompts/b/seen.json"]


def test_what_git_ignores_holds_no_prompts_unless_the_code_names_it(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("*.local.md\nout/\n", encoding="utf-8")
    for name in ("prompts/a.local.md", "prompts/b.local.md", "prompts/c.md", "out/prompts/d.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("Sort it.", encoding="utf-8")
    app = source(tmp_path / "app.py", "read('b.local.md')")
    assert names(prompt_files([app])) == ["prompts/b.local.md", "prompts/c.md"]
    (tmp_path / ".gitignore").write_text("*\n", encoding="utf-8")
    assert "prompts/c.md" in names(prompt_files([app]))


def test_a_folder_for_tests_is_read_where_the_code_lies_in_it_or_names_it(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for folder in ("tests", "fixtures"):
        (tmp_path / folder / "prompts").mkdir(parents=True)
        (tmp_path / folder / "prompts" / "a.md").write_text("Sort it.", encoding="utf-8")
    assert names(prompt_files([source(tmp_path / "app.py", "")])) == []
    assert names(prompt_files([source(tmp_path / "app.py", "read('fixtures')")])) == ["fixtures/prompts/a.md"]
    assert names(prompt_files([source(tmp_path / "tests" / "app.py", "")])) == ["tests/prompts/a.md"]


def test_what_an_export_left_in_the_project_holds_no_prompts(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    exported = ("prompts.patch", "out/desk/agent.py", "out/desk/prompts/a.md", "out/prompts/b.md", "b/prompts/c.md")
    for name in ("src/desk/prompts/a.md", *exported):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("Sort it.", encoding="utf-8")
    agent = source(tmp_path / "src" / "desk" / "agent.py", "read('prompts')", "desk.agent")
    assert names(prompt_files([agent])) == ["b/prompts/c.md", "src/desk/prompts/a.md"]
    named = source(tmp_path / "src" / "desk" / "agent.py", "read('out')", "desk.agent")
    assert "out/prompts/b.md" in names(prompt_files([named]))
