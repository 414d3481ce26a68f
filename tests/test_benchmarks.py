"""The benchmark of throughput runs, and writes what it measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "benchmarks" / "throughput.py"


def test_throughput_is_measured_in_a_quick_setting(tmp_path: Path) -> None:
    told = tmp_path / "throughput.json"
    command = [sys.executable, str(SCRIPT), "idle", "--quick", "--json", str(told)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=True)
    found = json.loads(told.read_text())
    assert found["idle"]["graph"]["evaluator"]["most"] == 64 and "| idle |" in done.stdout
