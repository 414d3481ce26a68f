"""`--safe-tool`: a node that runs such a tool may be run more often for one answer; a name that nobody has is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import HERE

LOOKS = '''
@tool
def look_up(story: str) -> str:
    """The words of a story."""
    return story


def sort('''
TARGET = "app/reading_desk.py:graph"


@pytest.fixture
def fit(llmdl: Callable[..., Any], few: Path, teacher: str, tmp_path: Path) -> Callable[..., Any]:
    """Train a desk whose node reads each story through a tool."""
    source = (HERE / "agents" / "desk.py").read_text().replace("\ndef sort(", LOOKS, 1)
    source = source.replace("from langgraph", "from langchain_core.tools import tool\nfrom langgraph", 1)
    source = source.replace(
        "    module, _, name", '    look_up.invoke(str(state["messages"][-1].content))\n    module, _, name', 1
    )
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "reading_desk.py").write_text(source)
    given = ("--data", few, "--loss", "exact_match", "--teacher", teacher, "--folder", "runs/a", "--seed", 1)
    return lambda *more: llmdl("fit", TARGET, *given, *more)


def test_an_architecture_runs_a_safe_tool_more_often_and_the_run_remembers_it(
    fit: Callable[..., Any], llmdl: Callable[..., Any], few: Path
) -> None:
    recipe = ("--recipe", "vote", "--node", "sort", "--source", "messages", "--budget", "90 calls")
    refused = fit(*recipe)
    assert refused.code == 2 and "it runs the tool look_up: give --safe-tool look_up" in refused.err
    done = fit(*recipe, "--safe-tool", "look_up")
    assert done.code in (0, 3), done.err
    assert "was seen" not in done.err
    assert llmdl("export", "runs/a", "--candidate", "--as", "weights").code == 0
    assert llmdl("eval", "runs/a", "--candidate", "--data", few, "--json").code == 0


def test_a_name_that_no_tool_has_is_told_with_those_that_were_seen(
    fit: Callable[..., Any], llmdl: Callable[..., Any], rows: Path
) -> None:
    done = fit("--safe-tool", "lookup", "--safe-tool", "look_up")
    told = " ".join(done.err.split())
    assert "--safe-tool lookup: no tool of this name was seen. Did you mean 'look_up'?" in told
    assert "--safe-tool look_up:" not in told
    examined = llmdl("doctor", TARGET, "--data", rows, "--loss", "exact_match", "--safe-tool", "order", "--json")
    found = [one["words"] for one in json.loads(examined.out)["findings"]]
    assert "--safe-tool order: no tool of this name was seen. Known: Routing, look_up." in found
