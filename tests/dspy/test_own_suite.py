"""DSPy's own tests come to the same with the door open, a run that pays, and a program's binding in force.

They are not part of the package: LLMDL_DSPY_CHECKOUT names a checkout of github.com/stanfordnlp/dspy, as
`make test-dspy` makes it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDERS = (
    *("predict", "adapters", "primitives", "signatures", "streaming", "utils"),
    *("callback", "evaluate", "flex", "propose", "retrievers"),
)
CHECKOUT = os.environ.get("LLMDL_DSPY_CHECKOUT")


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Their tests alone: what they import is the DSPy that is installed."""
    assert CHECKOUT
    shutil.copytree(Path(CHECKOUT) / "tests", tmp_path / "suite" / "tests")
    shutil.copy(Path(CHECKOUT) / "pyproject.toml", tmp_path / "suite")
    return tmp_path / "suite"


def outcomes(met: str, suite: Path) -> dict[str, str]:
    """How each test ends."""
    path = suite / f"outcomes-{met}.json"
    held = {**os.environ, "LLMDL_MET": met, "LLMDL_OUTCOMES": str(path)}
    held["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    command = ["-m", "pytest", "-p", "met", "-p", "no:cacheprovider", "-q", "--continue-on-collection-errors"]
    subprocess.run(
        [sys.executable, *command, *(f"tests/{folder}" for folder in FOLDERS)],
        cwd=suite, env=held, capture_output=True, timeout=1500,
    )  # fmt: skip
    return dict(json.loads(path.read_text()))


@pytest.mark.long
@pytest.mark.skipif(not CHECKOUT, reason="LLMDL_DSPY_CHECKOUT names no checkout of DSPy's repository")
def test_dspys_own_tests_come_to_the_same(suite: Path) -> None:
    alone, met = outcomes("0", suite), outcomes("1", suite)
    assert sum(outcome == "passed" for outcome in alone.values()) > 500
    assert {name: (outcome, met.get(name)) for name, outcome in alone.items() if met.get(name) != outcome} == {}
