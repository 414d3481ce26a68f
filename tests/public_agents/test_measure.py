"""The benchmark of public agents measures what it says, on an agent of a few lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
AGENTS = ROOT / "benchmarks" / "agents"

APP = """
import sys
from langchain_openai import ChatOpenAI
from langgraph.graph import END, START, MessagesState, StateGraph
from somewhere_else import unheard_of

SYSTEM = "You answer letters for {name}, shortly and kindly."
NEVER = "Only after midnight this is what the model reads first."


def answer(state: MessagesState) -> dict:
    system = SYSTEM.format(name="Ada")
    if len(state["messages"]) > 7:
        system = NEVER
    asked = [("system", system), *state["messages"], ("human", f"Reply to the last letter now. {EXTRA}")]
    return {"messages": [ChatOpenAI(model="any").invoke(asked)]}


EXTRA = ""
builder = StateGraph(MessagesState)
builder.add_node("answer", answer)
builder.add_edge(START, "answer")
builder.add_edge("answer", END)
graph = builder.compile()
"""
SPEC = """
from spec import Agent, Run

AGENT = Agent(
    repository="nobody/tiny",
    commit="0" * 40,
    root="src",
    target="app:graph",
    prompts={prompts},
    runs=(Run({{"messages": [("user", "Dear Ada")]}}),),
)
"""
SENT, NEVER, NONE = ("src/app.py:6", "src/app.py:14"), "src/app.py:7", "src/app.py:1"


def measured(folder: Path, app: str = APP, prompts: tuple[str, ...] = SENT) -> dict[str, Any]:
    """The figures of a tiny agent."""
    source = folder / "checkouts" / "nobody+tiny@000000000000" / "src"
    specs = folder / "specs" / "known"
    source.mkdir(parents=True)
    specs.mkdir(parents=True)
    (source / "app.py").write_text(app.lstrip("\n"), "utf-8")
    (specs / "tiny.py").write_text(SPEC.format(prompts=prompts), "utf-8")
    return run("measure.py", "tiny", folder)


def run(script: str, name: str, folder: Path, specs: Path | None = None, checkouts: Path | None = None) -> Any:
    """What a script of the benchmark left in its JSON."""
    env = {
        **os.environ,
        "AGENTS_DIR": str(checkouts or folder / "checkouts"),
        "AGENTS_WORK": str(folder / "work"),
        "AGENTS_SPECS": str(specs or folder / "specs"),
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "adapters", ROOT / "recipes"))),
    }
    ended = subprocess.run([sys.executable, str(AGENTS / script), name], env=env, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return json.loads((folder / "work" / "out" / f"{name}.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("agents")


@pytest.fixture(scope="module")
def figures(folder: Path) -> dict[str, Any]:
    """Two prompts that are sent, one that no run reaches, and a line that holds none."""
    return measured(folder, prompts=(*SENT, NEVER, NONE))


def test_a_prompt_is_found_bound_and_exported_and_every_call_is_equal(figures: dict[str, Any]) -> None:
    counted = {key: figures[key] for key in ("reached", "bound", "exported", "parameters_bound")}
    assert counted == dict.fromkeys(counted, len(SENT)), figures["failures"]
    assert figures["equal"] == figures["calls"] == figures["base"] == figures["probe_equals_base"] == 1
    assert figures["whole"]


def test_the_patch_is_applied_to_a_copy_and_the_checkout_stays_as_it_is(figures: dict[str, Any], folder: Path) -> None:
    checkout = folder / "checkouts" / "nobody+tiny@000000000000" / "src" / "app.py"
    patched = folder / "work" / "patched" / "tiny" / "src" / "app.py"
    assert checkout.read_text("utf-8") == APP.lstrip("\n")
    assert "[[0]] " in patched.read_text("utf-8")


def test_a_prompt_that_is_never_sent_is_said_to_be_reached_by_no_run(figures: dict[str, Any]) -> None:
    assert any(said.startswith(NEVER) and "reached by no run" in said for said in figures["failures"])


def test_a_place_without_a_parameter_is_a_prompt_that_was_not_found(figures: dict[str, Any]) -> None:
    assert (figures["prompts"], figures["found"]) == (4, 3)
    assert f"{NONE} not found (reached by no run)" in figures["failures"]


@pytest.mark.long
def test_a_call_that_differs_from_the_patched_source_makes_the_agent_not_whole(tmp_path: Path) -> None:
    told = APP.replace('EXTRA = ""', 'EXTRA = "llmdl_plugins" in sys.modules')
    figures = measured(tmp_path, told)
    assert (figures["equal"], figures["calls"], figures["whole"]) == (0, 1, False)
    assert "True" in figures["difference"][0] and "False" in figures["difference"][1]


def test_an_agent_that_cannot_be_imported_is_a_failure_that_names_its_cause(tmp_path: Path) -> None:
    figures = measured(tmp_path, "raise RuntimeError('no such luck')")
    assert not figures["whole"] and figures["found"] == 0
    assert "measuring failed at import: RuntimeError: no such luck" in figures["failures"]


@pytest.mark.long
def test_public_agents_are_sent_what_their_patched_source_would_send(tmp_path: Path) -> None:
    checkouts = Path(os.environ.get("AGENTS_DIR", "runs/agents/checkouts")).resolve()
    held = {path.name.partition("@")[0].replace("+", "/") for path in checkouts.glob("*@*")}
    specs = [path for path in sorted((AGENTS / "specs").glob("*/*.py")) if _repository(path) in held]
    if not specs:
        pytest.skip("AGENTS_DIR holds no checkout: run benchmarks/agents/checkout.py")
    figures = [run("measure.py", path.stem, tmp_path, AGENTS / "specs", checkouts) for path in specs]
    share = {key: sum(one[key] for one in figures) for key in ("prompts", "found", "calls", "equal")}
    assert share["found"] >= 0.9 * share["prompts"], share
    assert share["equal"] >= 0.8 * share["calls"], share


def _repository(spec: Path) -> str:
    return spec.read_text("utf-8").split('repository="')[1].split('"')[0]
