"""`llmdl doctor`: what it prints, what it sends, how it ends; the application runs in the guarded child."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
Command = Callable[..., Any]


def test_each_finding_is_a_line_and_the_calls_are_counted(llmdl: Command, agent: str, rows: Path) -> None:
    done = llmdl("doctor", agent, "--data", rows, "--loss", "exact_match", "--calls", 60)
    assert done.code == 1, done.err
    lines = done.out.splitlines()
    assert "ok  data         120 rows: 60 train, 24 val, 36 test (sealed)" in lines
    assert any(line.startswith("ok  parameters   1 text trainable (sort/prompt)") for line in lines)
    assert any(line.startswith("!!  power        36 test rows show a gain of +") for line in lines)
    assert "at most 60 model calls are made" in done.err
    assert 0 < int(lines[-1].removeprefix("spent: ").split(" calls")[0]) <= 60


def test_json_holds_the_figures(llmdl: Command, agent: str, rows: Path) -> None:
    told = json.loads(
        llmdl("doctor", agent, "--data", rows, "--loss", "exact_match", "--json", "--quiet", "--calls", 40).out
    )
    areas = {f["area"]: f for f in told["findings"]}
    assert areas["noise"]["figures"]["same_answers"] and told["spent"]["calls"] <= 40 and not told["fine"]
    assert areas["baseline"]["state"] == "!!" and areas["baseline"]["figures"]["share"] > 0.9


def test_it_ends_well_where_nothing_is_to_be_done_first(llmdl: Command, agent: str, rows: Path, tmp_path: Path) -> None:
    more = [json.dumps({"inputs": {"messages": f"quake {n}"}, "expected": {"desk": "ab"[n % 2]}}) for n in range(300)]
    (tmp_path / "test.jsonl").write_text("\n".join(more))
    done = llmdl("doctor", agent, "--data", rows, "--test", "test.jsonl", "--loss", "exact_match", "--no-calls")
    assert done.code == 0, done.out
    assert "??  noise" in done.out and "Chance that 300 test rows show a gain" in done.out and "spent" not in done.out


def test_too_few_rows_are_a_finding_and_what_cannot_be_read_is_misuse(
    llmdl: Command, agent: str, rows: Path, tmp_path: Path
) -> None:
    (tmp_path / "few.jsonl").write_text("\n".join(rows.read_text().splitlines()[:9]))
    few = llmdl("doctor", agent, "--data", "few.jsonl", "--loss", "exact_match", "--no-calls")
    assert few.code == 1 and "!!  data" in few.out and "too few rows" in few.out
    assert llmdl("doctor", agent, "--data", rows, "--loss", "exact_mtach").code == 2
    assert llmdl("doctor", "nowhere.py:graph", "--data", rows, "--loss", "exact_match").code == 2


def test_a_side_effect_is_a_finding_and_does_not_happen(tmp_path: Path) -> None:
    given = [{"inputs": {"question": f"{n}?"}, "expected": {"answer": "yes"}} for n in range(40)]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, given)))
    with socket.create_server(("127.0.0.1", 0)) as production:
        production.settimeout(0.1)
        env = {**os.environ, "ACT": "tool", "ACT_AT_IMPORT": "", "PRODUCTION": str(production.getsockname()[1])}
        command = [sys.executable, "-m", "llmdl_plugins.cli", "doctor", f"{HERE / 'agents' / 'acting.py'}:graph"]
        command += ["--data", "rows.jsonl", "--loss", "exact_match", "--env", "ACT*", "--env", "PRODUCTION", "--quiet"]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
        with pytest.raises(TimeoutError):
            production.accept()
    assert done.returncode == 1, done.stderr
    assert "!!  effects      shop was about to connect to 127.0.0.1:" in done.stdout
    assert "--safe-tool order" in done.stdout
    assert "??  application  node shop uses socket at acting.py:" in done.stdout
