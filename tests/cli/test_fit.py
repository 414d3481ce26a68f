"""The main job from the command line, on a small agent that imports nothing of ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


def test_show_names_nodes_and_prompts(llmdl: Callable[..., Any], agent: str) -> None:
    done = llmdl("show", agent)
    assert done.code == 0
    assert "sort/prompt" in done.out and "yes" in done.out
    assert json.loads(llmdl("show", agent, "--json").out)["nodes"] == ["sort"]


def test_fit_without_teacher_finds_worked_examples_and_exports_a_folder_that_runs(
    llmdl: Callable[..., Any], agent: str, rows: Path, tmp_path: Path
) -> None:
    (tmp_path / "newsroom").mkdir()
    (tmp_path / "newsroom/__init__.py").touch()
    (tmp_path / "newsroom/agent.py").write_text(Path(agent.rpartition(":")[0]).read_text())
    done = llmdl("fit", "newsroom/agent.py:graph", "--data", rows, "--loss", "exact_match", "--folder", "runs/p")
    assert done.code == 0, done.err
    assert "Improved: 50.0 %" in done.out and (tmp_path / "runs/p/report.html").exists()
    result = json.loads((tmp_path / "runs/p/result.json").read_text())
    assert result["parameters"]["sort/chosen"]["after"] in ("static", "retrieved")
    assert llmdl("export", "runs/p", "--as", "module", "-o", "out").code == 0
    assert "llmdl" not in "".join(p.read_text() for p in (tmp_path / "out").iterdir() if p.suffix == ".py")
    code = "from app import graph; print(graph.invoke({'messages': 'late goal wins the match, part 2'})['desk'])"
    env = {**os.environ, "PYTHONPATH": f"{tmp_path / 'out'}:{HERE}"}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "out", env=env, capture_output=True, text=True)
    assert done.stdout.strip() == "sports", done.stderr


def test_a_dry_run_sends_nothing_and_is_measured_where_a_folder_holds_rows(
    llmdl: Callable[..., Any], agent: str, rows: Path, tmp_path: Path
) -> None:
    command = ("fit", agent, "--data", rows, "--loss", "exact_match", "--folder", "runs/f", "--quiet", "--dry-run")
    first = llmdl(*command)
    assert first.code == 0 and "estimate (unmeasured): " in first.out and not (tmp_path / "runs").exists()
    done = json.loads(llmdl(*command[:-1], "--json").out)
    told = json.loads(llmdl(*command, "--json").out)
    assert told["measured"] and told["recorded"] == done["spent"]["calls"]
    assert done["spent"]["calls"] / 1.5 < told["calls"]["likely"] < 1.5 * done["spent"]["calls"]


def test_eval_of_an_application_and_of_a_run_that_scores_by_the_same_function(
    llmdl: Callable[..., Any],
    agent: str,
    rows: Path,
    few: Path,
    teacher: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = "def same(prediction, gold):\n    return prediction['desk'] == gold['desk']\n"
    (tmp_path / "desk_scores.py").write_text(told)
    monkeypatch.syspath_prepend(tmp_path)
    alone = llmdl("eval", agent, "--data", few, "--loss", "exact_match", "--json")
    assert json.loads(alone.out)["score"] == 0.5
    enough = [("eval", agent, "--data", few, "--loss", "exact_match", "--at-least", least) for least in (0.5, 0.51)]
    assert [llmdl(*command).code for command in enough] == [0, 1]
    assert llmdl("fit", agent, "--data", rows, "--loss", "desk_scores:same", "--folder", "runs/c", "--quiet").code == 0
    pair = json.loads(llmdl("eval", "runs/c", "--data", few, "--json").out)
    assert pair["paired"]["before"] == 0.5 and pair["paired"]["after"] > 0.9
    replay = ("--tools", "replay", "--safe-tool", "search", "--safe-tool", "look_up")
    assert json.loads(llmdl("eval", "runs/c", "--data", few, "--json", *replay).out)["paired"] == pair["paired"]
    moved = json.loads(llmdl("eval", "runs/c", "--data", few, "--json", "--model", "deaf:any").out)
    assert (moved["paired"]["before"], moved["paired"]["after"]) == (0.5, 0.5)
    wrong = llmdl("eval", "runs/c", "--data", few, "--tools", "repaly")
    assert wrong.code == 2 and "Did you mean 'replay'?" in wrong.err


def test_ctrl_c_saves_and_says_how_to_go_on(agent: str, rows: Path, tmp_path: Path) -> None:
    env = {
        **os.environ,
        "DESK_MODEL": "slow_model:model",
        "PYTHONPATH": f"{tmp_path}:{HERE}:{os.environ.get('PYTHONPATH', '')}",
    }
    (tmp_path / "slow_model.py").write_text(
        "import time, desk_model\nfrom llmdl_plugins.testing import ScriptedChat\n"
        "def slowly(m, k):\n    time.sleep(0.2)\n    return desk_model.answer(m, k)\n"
        "def model():\n    return ScriptedChat(script=slowly)\n"
    )
    command = [sys.executable, "-m", "llmdl_plugins.cli", "fit", agent, "--data", rows, "--loss", "exact_match"]
    command += ["--folder", "runs/e", "--env", "DESK_MODEL"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not (tmp_path / "runs/e/ledger.db").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "The same llmdl fit command with --folder runs/e goes on where it stopped" in " ".join(out.split())
    assert json.loads((tmp_path / "runs/e/result.json").read_text())["status"] == "stopped"


def test_flat_rows_compare_the_key_that_they_name(llmdl: Callable[..., Any], agent: str, tmp_path: Path) -> None:
    lines = ["messages,desk", *(f"budget passes part {n},news" for n in range(60))]
    (tmp_path / "flat.csv").write_text("\n".join(lines))
    options = ("--inputs", "messages", "--expected", "desk", "--loss", "exact_match", "--json")
    assert json.loads(llmdl("eval", agent, "--data", "flat.csv", *options).out)["score"] == 1.0


def test_export_refuses_a_form_that_it_cannot_write(llmdl: Callable[..., Any], tmp_path: Path) -> None:
    done = llmdl("export", tmp_path, "--as", "graph")
    assert done.code == 2 and "Known: dspy, middleware, module, patch, review, weights" in done.err


def test_texts_of_tools_are_trained_where_they_are_unfrozen_and_stay_so_for_export(
    llmdl: Callable[..., Any], agent: str, rows: Path, teacher: str
) -> None:
    from llmdl_plugins.cli.run_folder import PastRun

    options = ["--data", rows, "--loss", "exact_match", "--teacher", teacher, "--folder", "runs/a", "--quiet"]
    done = llmdl("fit", agent, *options, "--unfreeze", "*/tool:*")
    assert done.code == 0, done.err
    trained = [n for n, p in PastRun.read(Path("runs/a")).network().named_parameters().items() if p.trainable]
    assert any("/tool:" in name for name in trained), trained
    assert "lease name the desk" in llmdl("export", "runs/a", "--as", "weights").out
