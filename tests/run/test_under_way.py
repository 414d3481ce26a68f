"""A busy run lets the thread that writes have its turns, and leaves the interpreter as it was."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins.door import boundary
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.under_way import frozen_heap, quick_switches
from llmdl_plugins.run.write import Write
from llmdl_plugins.run.writer import Writer


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before, thresholds = sys.getswitchinterval(), gc.get_threshold()
    yield
    sys.setswitchinterval(before)
    gc.set_threshold(*thresholds)


def test_the_interval_is_that_of_the_user_again_and_never_longer_meanwhile() -> None:
    for own, inside in ((0.005, 0.001), (0.0005, 0.0005)):
        sys.setswitchinterval(own)
        with quick_switches():
            assert sys.getswitchinterval() == pytest.approx(inside)
            with quick_switches():
                pass
            assert sys.getswitchinterval() == pytest.approx(inside)
        assert sys.getswitchinterval() == pytest.approx(own)


@pytest.mark.parametrize("own", [(700, 10, 10), (50_000, 5, 5), (0, 10, 10)])
def test_the_garbage_collector_looks_less_often_meanwhile_and_is_that_of_the_user_again(
    own: tuple[int, int, int],
) -> None:
    gc.set_threshold(*own)
    inside = (50_000, 10, 10) if own[0] == 700 else own
    with frozen_heap(), frozen_heap():
        assert gc.get_threshold() == inside and gc.get_freeze_count()
    assert gc.get_threshold() == own and not gc.get_freeze_count()
    with boundary.door():
        assert gc.get_threshold() == inside and not gc.get_freeze_count()
    assert gc.get_threshold() == own


def test_a_run_that_outlives_the_door_that_stood_before_it_leaves_nothing_behind() -> None:
    own, door, run = gc.get_threshold(), boundary.door(), frozen_heap()
    door.__enter__()
    run.__enter__()
    door.__exit__()
    assert gc.get_threshold()[0] == 50_000
    run.__exit__(None, None, None)
    assert gc.get_threshold() == own


def test_what_somebody_sets_meanwhile_stays_theirs() -> None:
    with boundary.door():
        gc.set_threshold(123, 4, 5)
    assert gc.get_threshold() == (123, 4, 5)


def test_many_writes_share_a_commit_and_a_rollout_has_none_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[int] = []
    commit = Writer._commit
    monkeypatch.setattr(Writer, "_commit", lambda self, group: (groups.append(len(group)), commit(self, group)))
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        for n in range(300):
            ledger.add_rollout(f"{n:032x}", {"score": n})
            ledger.add_failure(f"{n}", "p", "e")
        ledger.settle()
        assert ledger.totals()["failures"] == 300 and ledger.rollout(f"{299:032x}") == {"score": 299}
    assert sum(groups) == 601 and len([n for n in groups if n]) < 60


def test_calls_are_written_before_rollouts_and_both_are_on_disk_when_all_is_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[list[str]] = []
    commit = Writer._commit

    def watched(self: Writer, group: Any) -> None:
        groups.append([one.table for one in group])
        commit(self, group)

    monkeypatch.setattr(Writer, "_commit", watched)
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        with ledger._writer.lock:  # all of them come while the first is written
            ledger.add_failure("first", "p", "e")
            while not groups:
                pass
            waiting: list[Write] = [ledger.add_rollout(f"{n:032x}", {"score": n}) for n in range(40)]
            failed = ledger.add_failure("k", "p", "e")
        failed.result(5)
        for one in waiting:
            one.result(5)
        assert groups[1:] == [["failures"], ["rollouts"] * 40]
        ledger.add_rollout(f"{99:032x}", {"score": 99})
        ledger.settle()
        assert ledger.totals()["failures"] == 2
    with closing(Ledger(tmp_path / "ledger.db")) as again:
        assert [again.rollout(f"{n:032x}")["score"] for n in (0, 39, 99)] == [0, 39, 99]
