"""Whatever the server does: verdicts, parameters and figures as without faults, and every attempt accounted for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

Fit = Callable[..., Any]
BUDGET = ("--budget", "150 calls")
SAME = ("status", "before", "after", "gain", "interval", "p", "discordant", "accepted", "proposed", "parameters")

FAULTS = {
    "storm": "429@p0.3",
    "errors": "500@p0.2,503@p0.1",
    "cut": "drop@p0.2",
    "garbled": "badjson@p0.2",
    "hangs": "hang@p0.05",
    "all": "429@p0.1,500@p0.1,drop@p0.05,badjson@p0.05,hang@p0.02",
}


def check(calm: Any, noisy: Any) -> None:
    assert calm.code == noisy.code in (0, 3), noisy.err
    assert {k: noisy.result[k] for k in SAME} == {k: calm.result[k] for k in SAME}
    assert noisy.verdicts == calm.verdicts and noisy.answered == calm.answered
    assert calm.result["proposed"] > 0 and noisy.failed > 0
    assert noisy.served["calls"] == noisy.answered + noisy.failed
    assert calm.served["calls"] == calm.answered == calm.result["spent"]["calls"] <= 150 and calm.failed == 0


@pytest.mark.long
def test_a_mixture_of_faults_changes_nothing(fit: Fit) -> None:
    faults = "429@p0.1,500@p0.1,drop@p0.05,badjson@p0.05"
    check(fit(*BUDGET), fit(*BUDGET, faults=faults, way="async"))


@pytest.mark.long
@pytest.mark.parametrize("way", ["sync", "async", "stream", "astream"])
def test_no_fault_changes_anything(fit: Fit, way: str) -> None:
    calm = fit(*BUDGET, way=way)
    for faults in FAULTS.values():
        check(calm, fit(*BUDGET, "--timeout", "3", faults=faults, way=way))


@pytest.mark.long
def test_a_rate_limit_is_learned_and_a_storm_of_a_minute_outlived(fit: Fit) -> None:
    calm = fit(*BUDGET)
    check(calm, fit(*BUDGET, rpm=900, burst=1))
    check(calm, fit(*BUDGET, faults="429@20-28"))  # one caller alone meets them all, and waits for a minute


@pytest.mark.long
def test_requests_a_minute_that_are_set_meet_no_refusal(fit: Fit) -> None:
    limited = fit(*BUDGET, "--rpm", "900", rpm=960, burst=2)
    assert limited.code in (0, 3) and limited.failed == 0 and limited.served["calls"] == limited.answered


def test_an_address_where_nobody_answers_is_said_at_once(fit: Fit) -> None:
    began = time.monotonic()
    ended = fit(*BUDGET, faults="503@1")
    assert ended.code == 69 and time.monotonic() - began < 60
    assert "error: No model could be reached for the first rows." in ended.err and "Injected fault" in ended.err
    assert ended.served["calls"] == ended.failed == 8 and ended.answered == 0


@pytest.mark.parametrize("status", ["401", pytest.param("404", marks=pytest.mark.long)])
def test_a_wrong_key_or_model_is_said_before_training(fit: Fit, status: str) -> None:
    ended = fit(*BUDGET, faults=f"{status}@1")
    assert ended.code == 2 and f"mock refuses: Error code: {status}" in ended.err and "look at the key" in ended.err
    assert ended.served["calls"] <= 2


@pytest.mark.long
def test_a_share_of_faults_ends_the_run_and_the_same_command_goes_on_to_the_same_end(fit: Fit) -> None:
    calm = fit(*BUDGET)
    broken = fit(*BUDGET, "--timeout", "0.5", faults="hang@25-9999")
    assert broken.code == 69 and "same command again" in broken.err
    kept = broken.answered
    resumed = fit(*BUDGET, folder=broken.folder)
    assert resumed.code == calm.code and {k: resumed.result[k] for k in SAME} == {k: calm.result[k] for k in SAME}
    assert resumed.served["calls"] == calm.served["calls"] - kept


def test_a_node_that_never_ends_is_an_error_of_its_row_and_does_not_keep_the_command(fit: Fit) -> None:
    ended = fit("--rollout-timeout", "1", command="eval", way="endless")
    assert ended.code == 0, ended.err
    assert "3 rows" in ended.out and "1 task error" in ended.out and "took longer than 1 s by itself" in ended.out
