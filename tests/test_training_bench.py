"""The bench that compares optimizers: it runs, goes on where it stopped, and counts as it says."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
ARMS = ["textual-gradient", "append-all", "random"]


@pytest.fixture(scope="module")
def stats() -> ModuleType:
    spec = spec_from_file_location("bench_stats", BENCHMARKS / "learning" / "stats.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bench(told: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARKS / "training.py"), "--quick", *options, "--json", str(told)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)


def test_optimizers_are_measured_side_by_side_in_a_quick_setting(tmp_path: Path) -> None:
    told = tmp_path / "training.json"
    done = bench(told, "--arms", *ARMS)
    (found,) = json.loads(told.read_text())["found"].values()
    assert sorted(found) == sorted(ARMS)
    for said in found.values():
        (run,) = said["runs"]
        assert run["seed"] >= 1000
        assert run["curve"][0] == [0, pytest.approx(0.055)]
        assert 0 <= run["area"] <= 1 and run["budget"] == 300
    assert "Simulated." in done.stdout and "| defective | append-all | 1 |" in done.stdout
    again = bench(told, "--arms", *ARMS)
    assert again.stdout == done.stdout and again.stderr == ""


def run(seed: int, final: float, curve: list[list[float]]) -> dict[str, Any]:
    return {"seed": seed, "final": final, "curve": curve, "budget": 1000}


def test_calls_are_counted_to_where_ours_stays_at_what_the_other_reached(stats: ModuleType) -> None:
    ours = [
        run(1, 0.9, [[0, 0.1], [200, 0.5], [400, 0.9]]),
        run(2, 0.2, [[0, 0.1], [300, 0.8], [500, 0.2]]),
        run(3, 0.9, [[0, 0.1], [1100, 0.9]]),
    ]
    theirs = [run(1, 0.5, [[0, 0.1]]), run(2, 0.5, [[0, 0.1]]), run(3, 0.5, [[0, 0.1]])]
    assert stats.calls_to(ours, theirs) == [200, None, None]


def test_shared_seeds_are_compared_and_ties_say_nothing(stats: ModuleType) -> None:
    ours, theirs = ([run(n, final, []) for n, final in enumerate(f)] for f in ([0.5, 0.7, 0.1], [0.5, 0.2, 0.3]))
    assert stats.wins(ours, theirs, "final") == (1, 1)
    assert stats.sign_test(0, 0) == 1.0
    assert stats.sign_test(20, 0) == pytest.approx(2 / 2**20)


def test_p_values_are_corrected_for_their_number(stats: ModuleType) -> None:
    assert stats.holm({"a": 0.01, "b": 0.03, "c": 0.02}) == pytest.approx({"a": 0.03, "c": 0.04, "b": 0.04})
