"""The benchmarks run, and write what they measured; what is never luck is held to it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from llmdl_recipes.claims.measured import Record
from llmdl_recipes.claims.tables import lines

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
SCRIPT = BENCHMARKS / "throughput.py"


def test_throughput_is_measured_in_a_quick_setting(tmp_path: Path) -> None:
    told = tmp_path / "throughput.json"
    command = [sys.executable, str(SCRIPT), "idle", "functions", "--quick", "--json", str(told)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=True)
    found = json.loads(told.read_text())
    assert found["idle"]["graph"]["evaluator"]["most"] == 64 and "| idle |" in done.stdout
    assert found["functions"]["functions over bare, model"] > 0


def test_an_optimizer_of_dspy_is_measured_on_a_program_of_two_hops(tmp_path: Path) -> None:
    pytest.importorskip("dspy", reason="needs the extra `dspy`")
    told = tmp_path / "dspy.jsonl"
    options = ["--optimizers", "dspy:labeled-few-shot", "--applications", "DSPy, 2 hops", "--json", str(told)]
    command = [sys.executable, str(BENCHMARKS / "dspy_optimizers.py"), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=True)
    (found,) = map(json.loads, told.read_text().splitlines())
    assert found["truth"] == [0.5, 0.5] and found["calls"] >= 4 and "| `dspy:labeled-few-shot` |" in done.stdout


def test_the_papers_tables_are_made_again_from_the_record_alone() -> None:
    told = lines(Record(BENCHMARKS / "records" / "smollm2.jsonl"))
    rows = [line for line in told if line.startswith("| ") or "architectures, 40 items" in line]
    written = (BENCHMARKS / "paper.md").read_text(encoding="utf-8").splitlines()
    assert len(rows) > 20 and [row for row in rows if row not in written] == []


def claims(tmp_path: Path, *options: str, seconds: int) -> dict[str, Any]:
    told = tmp_path / "claims.json"
    command = [sys.executable, str(BENCHMARKS / "claims.py"), *options, "--json", str(told)]
    subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=True)
    return json.loads(told.read_text())  # type: ignore[no-any-return]


def test_the_screen_is_measured_beside_a_peers_rule(tmp_path: Path) -> None:
    found = claims(tmp_path, "screened", "--quick", seconds=120)["screened"]
    ours = found["60 val rows, discordance 0.3"]
    theirs = found["three rows, strictly better, discordance 0.3"]
    assert ours["+0"]["accepted"] < 0.1 < 0.28 < theirs["+0"]["accepted"]
    assert ours["+10"]["accepted"] > theirs["+10"]["accepted"] and ours["-10"]["accepted"] < 0.01


@pytest.mark.long
def test_of_40_searches_after_cost_where_everything_cheaper_loses_the_margin_at_most_5_claim(tmp_path: Path) -> None:
    found = claims(tmp_path, "spared", "--runs", "40", seconds=900)["spared"]
    assert found["everything cheaper loses the margin"]["claimed"] <= 5
    assert found["nothing cheaper loses anything"]["claimed"] > 5, "where there is something to claim it is"


@pytest.mark.long
def test_dspy_programs_are_measured_beside_dspys_own(tmp_path: Path) -> None:
    pytest.importorskip("dspy", reason="needs the extra `dspy`")
    told = tmp_path / "speed.json"
    command = [sys.executable, str(BENCHMARKS / "dspy_speed.py"), "idle", "--quick", "--json", str(told)]
    subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    found = json.loads(told.read_text())["idle: a DSPy engine, 4 demonstrations"]
    assert found["the evaluator, 64 at once"]["rate"] > 0 and len(found) == 5


@pytest.mark.long
def test_of_400_whole_runs_where_nothing_can_be_learned_at_most_12_claim_a_gain(tmp_path: Path) -> None:
    found = claims(tmp_path, "whole", "--runs", "70", seconds=3000)["whole"]
    assert sum(part["runs"] for part in found.values()) == 420
    assert sum(part["claimed"] for part in found.values()) <= 12


@pytest.mark.long
def test_sealed_intervals_hold_the_truth_and_stand_a_model_that_drifts(tmp_path: Path) -> None:
    found = claims(tmp_path, "covered", "--tests", "300", seconds=3000)["covered"]
    assert found["sealed tests on the simulator"]["interval holds the truth"] >= 0.93
    assert found["graded scores, judged"]["interval holds the truth"] >= 0.92
    drifting = found["a model that drifts, claimed"]
    assert drifting["side by side"] <= 15 < 100 < drifting["one after the other"]


@pytest.mark.long
def test_executors_are_measured_in_a_quick_setting(tmp_path: Path) -> None:
    told = tmp_path / "executors.json"
    command = [sys.executable, str(SCRIPT.parent / "executors.py"), "--quick", "--json", str(told)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=True)
    found = json.loads(told.read_text())
    assert found["waiting"]["two workers"]["rate"] > 0 and "| computing |" in done.stdout
