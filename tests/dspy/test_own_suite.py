"""DSPy's own tests come to the same with the door open, a run that pays, and a program's binding in force.

They are not part of the package: LLMDL_DSPY_CHECKOUT names a checkout of github.com/stanfordnlp/dspy.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDERS = ("predict", "adapters", "primitives", "signatures", "streaming", "utils")
CHECKOUT = os.environ.get("LLMDL_DSPY_CHECKOUT")


def outcomes(met: str, path: Path) -> dict[str, str]:
    """How each test ends."""
    held = {**os.environ, "LLMDL_MET": met, "LLMDL_OUTCOMES": str(path)}
    held["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    command = ["-m", "pytest", "-p", "met", "-p", "no:cacheprovider", "-q", "--continue-on-collection-errors"]
    subprocess.run(
        [sys.executable, *command, *(f"tests/{folder}" for folder in FOLDERS)],
        cwd=CHECKOUT, env=held, capture_output=True, timeout=1500,
    )  # fmt: skip
    return dict(json.loads(path.read_text()))


@pytest.mark.long
@pytest.mark.skipif(not CHECKOUT, reason="LLMDL_DSPY_CHECKOUT names no checkout of DSPy's repository")
def test_dspys_own_tests_come_to_the_same(tmp_path: Path) -> None:
    alone, met = outcomes("0", tmp_path / "alone.json"), outcomes("1", tmp_path / "met.json")
    assert sum(outcome == "passed" for outcome in alone.values()) > 500
    assert {name: (outcome, met.get(name)) for name, outcome in alone.items() if met.get(name) != outcome} == {}
