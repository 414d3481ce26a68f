"""Bad input: one clear error, exit code 2, and no folder left half-made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
AGENT = f"{HERE / 'agents' / 'desk.py'}:graph"
DESK = HERE / "agents" / "desk.py"
GOOD = [json.dumps({"inputs": {"messages": f"text {n}"}, "expected": {"desk": "news"}}) for n in range(60)]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nowhere.py:graph", "There is no file nowhere.py"),
        ("no_such_module:graph", "There is no module 'no_such_module'"),
        (f"{DESK}:grpah", "Did you mean 'graph'"),
        (f"{DESK}:NOT_A_GRAPH", "No installed adapter knows"),
        (f"{DESK}:builder", "compile"),
        (f"{DESK}:broken", "raised RuntimeError when it was called: no database here"),
        (f"{DESK}", "names no attribute"),
        ("raises.py:graph", "raised ValueError at import: no key"),
        ("needs.py:graph", "it needs 'not_installed_here'"),
        ("langgraph.json", "There is no file langgraph.json"),
    ],
)
def test_a_target_that_cannot_be_used(llmdl: Callable[..., Any], tmp_path: Path, target: str, words: str) -> None:
    (tmp_path / "raises.py").write_text("raise ValueError('no key')\n")
    (tmp_path / "needs.py").write_text("import not_installed_here\n")
    done = llmdl("show", target)
    assert done.code == 2
    assert words in done.err and "Traceback" not in done.err


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (None, "There is no data file"),
        ([], "has no rows"),
        ([*GOOD, "{not json"], "line 61 is not JSON"),
        ([*GOOD, "[1]"], "line 61 is not an object"),
        ([*GOOD, '{"inputs": {"messages": "x"}}'], 'line 61 has no "expected"'),
        ([*GOOD, '{"expected": 1}'], 'line 61 has no "inputs"'),
        ([GOOD[0].replace("}}", '}, "id": "7"}', 1)] * 2, "id '7' stands on more than one row"),
        (GOOD[:20], "too few rows"),
    ],
)
def test_data_that_cannot_be_used(
    llmdl: Callable[..., Any], tmp_path: Path, lines: list[str] | None, words: str
) -> None:
    if lines is not None:
        (tmp_path / "d.jsonl").write_text("\n".join(lines))
    done = llmdl("fit", AGENT, "--data", "d.jsonl", "--loss", "exact_match", "--folder", "runs/x")
    assert done.code == 2
    assert words in done.err and "Traceback" not in done.err
    assert not (tmp_path / "runs").exists()


def test_test_rows_in_train(llmdl: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\n".join(GOOD))
    (tmp_path / "b.jsonl").write_text("\n".join(GOOD[:20]))
    done = llmdl("fit", AGENT, "--train", "a.jsonl", "--test", "b.jsonl", "--loss", "exact_match", "--folder", "runs/x")
    assert done.code == 2 and "also stands in training data" in done.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--loss", "exact_mach"), "Did you mean 'exact_match'"),
        (("--loss", "no.such:function"), "There is no loss"),
        (("--loss", "judge"), "asks a model"),
        (("--loss", "exact_match", "--optimizer", "demonstration"), "Did you mean 'demonstrations'"),
        (("--loss", "exact_match", "--optimizer", "textual-gradient"), "needs a teacher"),
        (("--loss", "exact_match", "--teacher", "gpt"), "names no provider"),
        (("--loss", "exact_match", "--budget", "lots"), "Can't read 'lots'"),
        (("--loss", "exact_match", "--budget", "10 calls"), "needs at least"),
        (("--loss", "exact_match", "--budget", "1 usd"), "needs prices"),
        (("--loss", "exact_match", "--only", "nothing*"), "No parameter matches"),
        (("--loss", "exact_match", "--recipe", "demos"), "No recipe 'demos'. Known: demonstrations"),
        (("--loss", "exact_match", "--node", "sorrt"), "Did you mean 'sort'"),
        (("--loss", "exact_match", "--train", "rows.jsonl"), "Give either --data"),
        (("--loss", "exact_match", "--inputs", "a"), "need both --inputs and --expected"),
    ],
)
def test_options_that_cannot_be_used(
    llmdl: Callable[..., Any], tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    (tmp_path / "rows.jsonl").write_text("\n".join(GOOD))
    done = llmdl("fit", AGENT, "--data", "rows.jsonl", "--folder", "runs/x", *options)
    assert done.code == 2
    assert words in done.err and "Traceback" not in done.err
    assert not (tmp_path / "runs" / "x").exists()


def test_a_folder_that_holds_another_run(llmdl: Callable[..., Any], rows: Path) -> None:
    command = ("fit", AGENT, "--data", rows, "--loss", "exact_match", "--folder", "runs/y", "--quiet")
    assert llmdl(*command).code == 0
    done = llmdl(*command, "--seed", "1")
    assert done.code == 2 and "holds another run" in done.err


def test_a_folder_that_holds_no_run(llmdl: Callable[..., Any], tmp_path: Path) -> None:
    for command in (("export", tmp_path), ("report", tmp_path), ("eval", tmp_path, "--data", "x.jsonl")):
        assert llmdl(*command).code == 2


def test_a_missing_local_model_names_the_command(
    llmdl: Callable[..., Any], rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("xllamacpp", reason="needs the extra `local`")
    monkeypatch.setenv("DESK_MODEL", "llmdl_local:LocalChat")
    monkeypatch.setenv("LLMDL_MODELS", str(tmp_path / "none"))
    done = llmdl("fit", AGENT, "--data", rows, "--loss", "exact_match", "--folder", "runs/z", "--quiet")
    assert done.code == 2 and "llmdl models pull" in done.err
    assert not (tmp_path / "runs" / "z").exists()
