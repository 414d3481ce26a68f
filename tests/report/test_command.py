"""`llmdl report` prints the same verdict and words, and where the page is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .conftest import CONFIG, RESULT, TEXT_TAKEN, Make


def report(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from llmdl_plugins.cli import main; main()", "report", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_prints_verdict_words_and_path(make: Make) -> None:
    folder = make()
    said = report(folder)
    lines = said.stdout.splitlines()
    assert said.returncode == 0, said.stderr
    assert lines[0].startswith("Improved: 50.0 % before, 70.0 % after")
    assert any(line.startswith("- Helped: new text for route/prompt.") for line in lines)
    assert lines[-1] == f"report: {folder / 'report.html'}"
    assert (folder / "report.html").exists()


def test_control_characters_of_data_do_not_reach_the_terminal(make: Make) -> None:
    nasty = "\x1b[31m\u202e\ud800 "
    said = report(
        make({**RESULT, "method": nasty}, [{**TEXT_TAKEN, "what": nasty}], config={**CONFIG, "optimizer": nasty})
    )
    assert said.returncode == 0, said.stderr
    assert "\x1b" not in said.stdout and "\u202e" not in said.stdout
    assert "\\x1b[31m" in said.stdout


def test_a_folder_that_is_no_run_says_what_to_give(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere", Path(__file__)):
        said = report(folder)
        assert said.returncode == 2
        assert "holds no run" in said.stderr and "Traceback" not in said.stderr
