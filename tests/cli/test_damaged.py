"""Commands on a run folder that is damaged or can't be written: one message, the right exit code, and a way on."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins.run.folder import RunFolder

Llmdl = Callable[..., Any]


@pytest.fixture
def fit(llmdl: Llmdl, agent: str, rows: Path) -> Callable[..., Any]:
    """The same training, again and again."""
    return lambda *more: llmdl("fit", agent, "--data", rows, "--loss", "exact_match", "--quiet", "--json", *more)


def comparable(out: str) -> dict[str, Any]:
    told = json.loads(out)
    told["spent"] = {k: v for k, v in told["spent"].items() if k != "seconds"}
    return dict(told)


def test_a_run_with_a_damaged_ledger_goes_on_to_the_same_result(fit: Llmdl, llmdl: Llmdl, tmp_path: Path) -> None:
    first, ledger = fit("--folder", "runs/a"), tmp_path / "runs/a/ledger.db"
    assert first.code == 0 and first.err == ""
    with ledger.open("r+b") as file:  # its header, and a page amid it
        file.write(b"?" * 100)
        file.seek(40 * 4096)
        file.write(b"?" * 4096)
    report = llmdl("report", "runs/a")
    assert report.code == 2 and "ledger.db is damaged" in report.err and "saves what can be read" in report.err
    again = fit("--folder", "runs/a")
    assert "warning: runs/a/ledger.db was damaged: " in again.err and "kept as ledger.damaged-1.db" in again.err
    assert comparable(again.out) == comparable(first.out)
    assert llmdl("report", "runs/a").code == 0
    third = fit("--folder", "runs/a")
    assert third.err == "" and comparable(third.out) == comparable(first.out)
    assert not list((tmp_path / "runs").glob(".git*")), "who names a folder keeps it as he likes"


@pytest.mark.parametrize("name", ["config.json", "result.json"])
def test_a_damaged_file_is_named_by_every_command_that_reads_it(llmdl: Llmdl, tmp_path: Path, name: str) -> None:
    golden = Path(__file__).parent.parent / "run" / "golden" / "format-1"
    folder = Path(shutil.copytree(golden, tmp_path / "run"))
    (folder / name).write_text('{"status": ')
    for command in (["report"], ["export"], ["eval", "--data", "rows.jsonl"]):
        (tmp_path / "rows.jsonl").write_text('{"inputs": {"question": "1"}, "expected": "1"}\n')
        done = llmdl(command[0], folder, *command[1:])
        assert done.code == 2 and f"{name} is damaged" in done.err, (command, done)


def test_a_report_that_cannot_be_written_is_an_error_of_the_disk_and_the_result_is_kept(
    fit: Llmdl, llmdl: Llmdl, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    replace = os.replace

    def full(source: Any, target: Any, **kwargs: Any) -> None:
        if str(target).endswith("report.html"):
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target, **kwargs)

    monkeypatch.setattr(os, "replace", full)
    done = llmdl("report", shutil.copytree(Path(__file__).parent.parent / "run/golden/format-1", tmp_path / "run"))
    assert done.code == 74 and "before" in done.out, "what it says is told all the same"
    assert "report.html can't be written (No space left on device)" in done.err and "free some space" in done.err


def test_a_folder_that_is_locked_ends_with_75(fit: Llmdl) -> None:
    with RunFolder("runs/a").opened({}):
        done = fit("--folder", "runs/a")
    assert done.code == 75 and f"Process {os.getpid()} on " in done.err


def test_runs_without_a_folder_of_their_own_stay_out_of_version_control(fit: Llmdl, tmp_path: Path) -> None:
    assert fit("--budget", "100 calls").code in (0, 3)
    assert (tmp_path / "runs" / ".gitignore").read_text() == "*\n"
