"""Threads for calls are used again, and one that never comes home is not waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from llmdl_plugins.run import lent_threads
from llmdl_plugins.run.patience import within


@pytest.fixture(autouse=True)
def nobody_idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(lent_threads, "_idle", [])
    yield


def come_home(count: int) -> None:
    until = time.monotonic() + 5
    while len(lent_threads._idle) < count:
        assert time.monotonic() < until, "a thread did not come home"
        time.sleep(0.001)


def test_one_call_after_the_other_takes_one_thread_and_calls_side_by_side_take_their_own() -> None:
    seen = set()
    for _ in range(20):
        seen.add(within(5.0, threading.get_ident))
        come_home(1)
    assert len(seen) == 1
    together = threading.Barrier(3)
    callers = [threading.Thread(target=within, args=(5.0, lambda: together.wait(5))) for _ in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    come_home(3)


def test_a_thread_that_hangs_is_replaced_and_its_end_is_nobody_elses() -> None:
    hangs = threading.Event()
    with pytest.raises(TimeoutError, match=r"within 0\.05 s"):
        within(0.05, lambda: hangs.wait(10))
    assert within(5.0, lambda: "another") == "another"
    hangs.set()
    come_home(2)
    assert within(5.0, lambda: "a third") == "a third"


def test_a_thread_without_work_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lent_threads, "_PATIENCE", 0.05)
    thread = within(5.0, threading.current_thread)
    thread.join(5)
    assert not thread.is_alive() and not lent_threads._idle
    assert within(5.0, lambda: 1) == 1
