"""Faults, limits and latencies come when they were announced."""

from __future__ import annotations

import time

import pytest

from llmdl_plugins.testing import Reply, Simulator


def calls(simulator: Simulator, n: int) -> list[Reply]:
    texts = [f"Ticket T{number} kind=k1 n=9" for number in range(n)]
    return [simulator.complete({"messages": [{"role": "user", "content": text}]}) for text in texts]


def test_every_nth_call_and_a_range_of_calls_fail() -> None:
    replies = calls(Simulator(faults="500@5,429@7-8"), 15)
    assert [number for number, reply in enumerate(replies, 1) if reply.status == 500] == [5, 10, 15]
    assert [number for number, reply in enumerate(replies, 1) if reply.status == 429] == [7, 8]
    assert replies[6].retry_after == 0.05


def test_the_first_fault_that_is_due_wins() -> None:
    assert [reply.fault for reply in calls(Simulator(faults="hang@4,503@2"), 4)] == ["", "503", "", "hang"]


def test_faults_by_hash_do_not_depend_on_the_order_of_arrival() -> None:
    texts = [f"Ticket T{number} kind=k1 n=9" for number in range(200)]

    def failing(asked: list[str]) -> set[str]:
        simulator = Simulator(faults="500@p0.3")
        replies = {text: simulator.complete({"messages": [{"role": "user", "content": text}]}) for text in asked}
        return {text for text, reply in replies.items() if reply.status == 500}

    assert failing(texts) == failing(texts[::-1])
    assert 30 < len(failing(texts)) < 90


def test_a_retry_draws_its_fault_afresh() -> None:
    simulator = Simulator(faults="500@p0.5")
    request = {"messages": [{"role": "user", "content": "Ticket T5 kind=k1 n=9"}], "temperature": 0}
    assert {simulator.complete(request).status for _ in range(20)} == {200, 500}


def test_truncate_halves_and_filter_empties_a_reply() -> None:
    request = {"messages": [{"role": "user", "content": "What is this?"}]}
    whole = Simulator().complete(request).texts[0]
    cut, empty = (Simulator(faults=f"{kind}@1").complete(request) for kind in ("truncate", "filter"))
    assert (cut.texts[0], cut.finish) == (whole[: len(whole) // 2], "length")
    assert (empty.texts[0], empty.finish) == ("", "content_filter")


def test_faults_are_counted_and_a_failed_call_costs_no_tokens() -> None:
    simulator = Simulator(faults="500@1")
    calls(simulator, 3)
    assert simulator.stats()["fault"] == {"500": 3}
    assert simulator.counts["prompt_tokens"] == simulator.counts["completion_tokens"] == 0


def test_requests_a_minute_are_limited_and_refilled() -> None:
    simulator = Simulator(rpm=600)
    replies = calls(simulator, 40)
    waits = [reply.retry_after for reply in replies if reply.status == 429]
    assert 10 <= 40 - len(waits) <= 20
    assert 0 < min(waits) <= max(waits) <= 0.1
    time.sleep(max(waits))
    assert calls(simulator, 1)[0].status == 200


def test_tokens_a_minute_are_limited_by_prompt_and_completion() -> None:
    replies = calls(Simulator(tpm=60, burst=60), 40)
    cost = replies[0].total_tokens
    admitted = sum(reply.status == 200 for reply in replies)
    assert admitted == 60 // cost
    assert all(reply.fault == "" for reply in replies)


def test_latency_follows_its_law() -> None:
    assert {reply.delay for reply in calls(Simulator(latency="fixed:0.05"), 5)} == {0.05}
    (reply,) = calls(Simulator(latency="token:0.02,0.01"), 1)
    assert reply.delay == pytest.approx(0.02 + 0.01 * reply.completion_tokens)
    delays = sorted(reply.delay for reply in calls(Simulator(latency="lognormal:0.05,0.5"), 801))
    assert delays[400] == pytest.approx(0.05, rel=0.1)
    assert delays[673] / delays[400] == pytest.approx(1.65, rel=0.12)
