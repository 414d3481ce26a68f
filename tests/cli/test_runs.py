"""Runs in a list, and one as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

CONFIG = {"loss": "exact_match", "optimizer": "textual-gradient", "seed": 0, "splits": {}, "target": "app.py:graph"}
GAIN = {"status": "improved", "before": 0.25, "after": 0.75, "gain": 0.5, "interval": [0.4, 0.6], "test_size": 80}
RESULT = {**GAIN, "spent": {"calls": 1234}, "reason": "\x1b[2J"}


def made(folder: Path, at: float, result: Any = None, config: Any = CONFIG) -> None:
    folder.mkdir(parents=True)
    (folder / "ledger.db").touch()
    os.utime(folder / "ledger.db", (at, at))
    (folder / "config.json").write_text(json.dumps(config))
    if result is not None:
        (folder / "result.json").write_text(json.dumps(result))


def test_runs_are_listed_with_how_they_ended(llmdl: Callable[..., Any], tmp_path: Path) -> None:
    made(tmp_path / "runs/first", 1000, RESULT)
    made(tmp_path / "runs/team/second", 2000, config={**CONFIG, "target": "\x1b[31mapp.py:graph"})
    made(tmp_path / "runs/third", 3000, config=["no run"])
    (tmp_path / "runs/of others").mkdir()
    (tmp_path / "runs/of others/config.json").write_text("{}")
    done = llmdl("runs")
    lines = done.out.splitlines()
    assert done.code == 0 and [line.split()[0] for line in lines] == [
        "folder",
        "runs/third",
        "runs/team/second",
        "runs/first",
    ]
    assert "damaged" in lines[1] and lines[2].split()[1:6] == ["cut", "off", "–", "–", "0"]
    assert lines[3].split()[1:] == ["improved", "25.0", "%", "75.0", "%", "1,234", "textual-gradient", "app.py:graph"]
    assert "\x1b" not in done.out
    told = json.loads(llmdl("runs", tmp_path / "runs", "--json").out)
    assert [one["status"] for one in told] == ["damaged", "cut off", "improved"] and told[2]["gain"] == 0.5


def test_a_folder_forges_no_line_and_widens_no_other(llmdl: Callable[..., Any], tmp_path: Path) -> None:
    made(tmp_path / "runs/a", 1000, RESULT, {**CONFIG, "target": "x\nruns/b  improved", "optimizer": "o" * 100_000})
    made(tmp_path / "runs/c", 2000, RESULT)
    head, *lines = llmdl("runs").out.splitlines()
    assert head.startswith("folder") and [line.split()[0] for line in lines] == ["runs/c", "runs/a"]
    assert max(map(len, lines)) < 200


def test_a_run_is_told_as_json_too(llmdl: Callable[..., Any], tmp_path: Path) -> None:
    made(tmp_path / "runs/first", 1000, RESULT)
    told = json.loads(llmdl("report", "runs/first", "--json").out)
    assert told["status"] == "improved" and told["result"]["gain"] == 0.5 and "25.0 % before" in told["verdict"]
    assert Path(told["report"]).is_file()


def test_a_folder_that_is_not_there_is_misuse_and_one_without_runs_is_not(
    llmdl: Callable[..., Any], tmp_path: Path
) -> None:
    missing = llmdl("runs")
    assert missing.code == 2 and "There is no folder runs" in missing.err
    assert "There are no runs" in llmdl("runs", tmp_path).out
    assert llmdl("runs", "-h").out == llmdl("runs", "--help").out != ""
