"""Bad input: one clear error, exit code 2, and no folder left half-made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .bad_input import AGENT, CASES, PROGRAM, Case, make


def seen(folder: Path) -> dict[str, bytes]:
    """All files of a folder; what an import leaves behind is none of it."""
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts}


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join(Path(word).name for word in case.command)[:90])
def test_one_clear_message(llmdl: Callable[..., Any], tmp_path: Path, case: Case) -> None:
    if any(str(PROGRAM) in word for word in case.command):
        pytest.importorskip("dspy", reason="needs the extra `dspy`")
    make(tmp_path)
    before = seen(tmp_path)
    done = llmdl(*case.command)
    assert done.code == case.code, done.err
    assert [words for words in case.words if words not in " ".join(done.err.split())] == [], done.err
    assert "Traceback" not in done.err and "free some space" not in done.err
    after = seen(tmp_path)
    assert before.items() <= after.items(), "a misuse leaves everything as it was"
    assert case.paid or len(after) == len(before)


def test_the_table_is_long_enough() -> None:
    assert len(set(CASES)) == len(CASES) >= 100


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
