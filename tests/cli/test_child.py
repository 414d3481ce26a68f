"""The process of its own that the application gets: what it is given, how it is stopped, and what survives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from llmdl_plugins.environment import of_config, reduced, traces
from llmdl_plugins.langgraph_json import missing

HERE = Path(__file__).parent
Start = Callable[..., "subprocess.Popen[str]"]
SLOW = """
import time, desk_model
from llmdl_plugins.testing import ScriptedChat

def slowly(messages, kwargs):
    time.sleep(0.02)
    return desk_model.answer(messages, kwargs)

def model():
    return ScriptedChat(script=slowly)
"""


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts `llmdl ARGS` in a scratch folder, with a slow model that the desk agent asks."""
    (tmp_path / "slow_model.py").write_text(SLOW)

    def run(*args: object, **variables: str) -> subprocess.Popen[str]:
        path = f"{tmp_path}:{HERE}:{os.environ.get('PYTHONPATH', '')}"
        env = {**os.environ, "DESK_MODEL": "slow_model:model", "PYTHONPATH": path, **variables}
        command = [sys.executable, "-m", "llmdl_plugins.cli", *map(str, args)]
        return subprocess.Popen(
            command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return run


def test_output_and_exit_code_pass_and_the_scratch_folder_goes(
    start: Start, agent: str, few: Path, tmp_path: Path
) -> None:
    (tmp_path / "tmp").mkdir()
    common = ("--data", few, "--loss", "exact_match", "--quiet", "--json")
    done = start("eval", agent, *common, "--env", "DESK_MODEL", TMPDIR=str(tmp_path / "tmp"), LANGSMITH_TRACING="true")
    out, err = done.communicate(timeout=60)
    assert done.returncode == 0 and json.loads(out)["score"] == 0.5
    assert err.count("tracing is off: LANGSMITH_TRACING not passed on") == 1
    assert not list((tmp_path / "tmp").iterdir())


def test_a_variable_that_is_asked_for_and_not_passed_on_is_named(start: Start, tmp_path: Path) -> None:
    read = "import os\nos.environ.get('DESK_TONE', 'calm')\nos.getenv('DESK_TONE')\nos.environ.get('UNSET')\n"
    (tmp_path / "toned.py").write_text(f"{read}from desk import graph\n")
    (tmp_path / "desk.py").write_text((HERE / "agents" / "desk.py").read_text())
    for passed, times in ((("--env", "DESK_MODEL"), 1), (("--env", "DESK_*"), 0)):
        out, err = start("show", "toned.py:graph", *passed, DESK_TONE="brisk").communicate(timeout=60)
        assert "sort/prompt" in out and "DESK_MODEL" not in err
        assert err.count("the application asks for DESK_TONE, which is set here, but not passed on") == times, err


def test_workers_score_as_one_process_does(start: Start, agent: str, few: Path) -> None:
    common = ("--data", few, "--loss", "exact_match", "--quiet", "--json", "--env", "DESK_MODEL")
    done = [start("eval", agent, *common, *more) for more in ((), ("--executor", "processes:1"))]
    figures = [process.communicate(timeout=120) for process in done]
    assert [process.returncode for process in done] == [0, 0], figures
    here, workers = (json.loads(out) for out, _ in figures)
    assert here == workers and here["calls"] == 40


def test_an_error_names_the_variable_that_was_not_passed_on(start: Start, agent: str, rows: Path) -> None:
    done = start("fit", agent, "--data", rows, "--loss", "exact_match", "--folder", "runs/v", "--quiet")
    _, err = done.communicate(timeout=60)
    assert done.returncode == 2
    assert "DESK_MODEL is set here, but not passed on to the application: --env DESK_MODEL" in err


def test_the_environment_is_reduced_to_named_keys() -> None:
    all_of_it = {
        "PATH": "/bin",
        "LC_ALL": "C",
        "OPENAI_API_KEY": "k",
        "OPENAI_BASE_URL": "u",
        "https_proxy": "p",
        "DATABASE_URL": "d",
        "AWS_SECRET_ACCESS_KEY": "s",
        "GITHUB_TOKEN": "g",
        "LANGSMITH_TRACING": "true",
        "LANGSMITH_API_KEY": "l",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "o",
    }
    passed = reduced(all_of_it)
    assert passed.keys() & all_of_it.keys() == {
        "PATH",
        "LC_ALL",
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "https_proxy",
        "LANGSMITH_TRACING",
    }
    assert passed["LANGSMITH_TRACING"] == "false" and passed["OTEL_SDK_DISABLED"] == "true"
    assert traces(all_of_it) == ["LANGSMITH_API_KEY", "LANGSMITH_TRACING", "OTEL_EXPORTER_OTLP_ENDPOINT"]
    named = reduced(all_of_it, ["AWS_*", "LANGSMITH_*"])
    assert named["AWS_SECRET_ACCESS_KEY"] == "s" and named["LANGSMITH_TRACING"] == "true"
    assert "DATABASE_URL" not in named
    assert passed["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"
    assert reduced({"LITELLM_LOCAL_MODEL_COST_MAP": "no"}, ["LITELLM_*"])["LITELLM_LOCAL_MODEL_COST_MAP"] == "no"


def test_a_langgraph_json_brings_its_own_environment_but_no_tracing(tmp_path: Path) -> None:
    config = tmp_path / "langgraph.json"
    (tmp_path / ".env").write_text("DATABASE_URL='postgres://stand-in'\nLANGSMITH_TRACING=true\nEMPTY\n")
    config.write_text(json.dumps({"graphs": {"a": "./a.py:graph"}, "env": ".env"}))
    assert of_config(f"{config}:a") == {"DATABASE_URL": "postgres://stand-in"}
    config.write_text(json.dumps({"graphs": {}, "env": {"REGION": "eu"}}))
    assert of_config(str(config)) == {"REGION": "eu"}
    assert missing(str(config)) is None
    config.write_text(json.dumps({"graphs": {}, "env": "nowhere.env"}))
    assert of_config(str(config)) == {} and missing(f"{config}:a") == tmp_path / "nowhere.env"
    assert of_config("app.py:graph") == {} and missing("app.py:graph") is None


def test_a_file_of_variables_that_is_not_there_is_told(start: Start, rows: Path, tmp_path: Path) -> None:
    told = {"graphs": {"desk": f"{HERE / 'agents' / 'desk.py'}:nothing"}, "env": ".env"}
    (tmp_path / "langgraph.json").write_text(json.dumps(told))
    _, err = start("eval", "langgraph.json", "--data", rows, "--loss", "f1").communicate(timeout=60)
    assert ".env, which langgraph.json takes variables from, is not there" in " ".join(err.split())


@pytest.mark.long
def test_the_child_starts_quickly(start: Start, rows: Path, tmp_path: Path) -> None:
    # What the child costs beyond the import of the application: a target that isn't there, with and without a child.
    def seconds(*args: object) -> float:
        best = 99.0
        for _ in range(5):
            since = time.perf_counter()
            start(*args).communicate(timeout=60)
            best = min(best, time.perf_counter() - since)
        return best

    data = ("--data", rows)
    assert seconds("eval", "no.py:g", *data, "--loss", "f1") - seconds("show", "no.py:g") < 0.5
