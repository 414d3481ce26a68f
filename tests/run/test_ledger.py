"""The ledger: what it said it has, it has, whatever happens to the process or to the disk."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import LedgerError
from llmdl_plugins.run.ledger import Ledger

TOKENS = {"input": 3, "output": 4}


def add(ledger: Ledger, key: str, answer: Any = "x") -> None:
    ledger.add_call(Call(key, "node", {"q": key}, False), {"a": answer}, TOKENS, 0.1).result(timeout=10)


def child(code: str, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *args], stdout=subprocess.PIPE, text=True)


WRITER = """
import sys
from pathlib import Path
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.door.scope import Call
ledger = Ledger(Path(sys.argv[1]))
for n in range(100_000):
    ledger.add_call(Call(str(n), "p", {}, False), {"a": n}, None, 0.0).result()
    print(n, flush=True)
"""


@pytest.mark.parametrize("after", [1, 40, 300])
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, after: int) -> None:
    with child(WRITER, str(tmp_path / "ledger.db")) as process:
        assert process.stdout
        said = [int(process.stdout.readline()) for _ in range(after)]
        os.kill(process.pid, signal.SIGKILL)
        said += map(int, process.stdout.read().split())
    ledger = Ledger(tmp_path / "ledger.db")
    assert [ledger.answer(str(n)) for n in said] == [{"a": n} for n in said]
    assert ledger.totals()["calls"] - len(said) in (0, 1)
    ledger.close()


FULL = """
import resource, signal, sys
from pathlib import Path
from llmdl_plugins.errors import LedgerError
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.door.scope import Call
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
ledger = Ledger(Path(sys.argv[1]))
for n in range(1_000):
    try:
        ledger.add_call(Call(str(n), "p", {}, False), {"a": "x" * 5_000}, None, 0.0).result(timeout=20)
    except LedgerError as error:
        print("refused", error.exit_code, error, flush=True)
        break
    print(n, flush=True)
"""


def test_a_full_disk_reaches_the_caller_and_what_was_written_before_is_whole(tmp_path: Path) -> None:
    with child(FULL, str(tmp_path / "ledger.db")) as process:
        assert process.stdout
        *said, refused = process.stdout.read().splitlines()
    assert "refused 74" in refused and "ledger.db can't be written (disk I/O error)" in refused and len(said) > 10
    ledger = Ledger(tmp_path / "ledger.db")
    assert all(ledger.answer(n) for n in said)
    assert ledger._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    ledger.close()


def test_threads_write_5000_answers_and_reopening_reads_them_all(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")

    def write(worker: int) -> None:
        for done in [ledger.add_call(Call(f"{worker}/{n}", "p", {}, False), n, TOKENS, 0.5) for n in range(625)]:
            done.result(timeout=30)

    threads = [threading.Thread(target=write, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger.close()
    again = Ledger(tmp_path / "ledger.db")
    assert all(again.answer(f"{worker}/{n}") == n for worker in range(8) for n in range(625))
    assert again.totals() == {"calls": 5_000, "tokens": 35_000, "failures": 0, "seconds": 2_500}
    again.close()


@pytest.mark.parametrize(
    "text", ["\x00", "\N{GRINNING FACE}", "a\u2028b", "\x1b[31m", "</script>", "'; DROP TABLE calls;"]
)
def test_any_text_comes_back_as_it_was(ledger: Ledger, text: str) -> None:
    add(ledger, text, text)
    assert ledger.answer(text) == {"a": text}


def test_a_lone_surrogate_is_kept_as_its_escape_wherever_it_stands(ledger: Ledger) -> None:
    ledger.add_call(Call("k", "node \ud83d", {"q": "\ud83d"}, False), {"a": "\ud83d"}, None, 0.0).result(timeout=10)
    ledger.add_failure("k", "node \ud83d", "\ud83d").result(timeout=10)
    assert ledger.answer("k") == {"a": "\\ud83d"}


def test_the_first_answer_to_a_call_stays(ledger: Ledger) -> None:
    add(ledger, "k", 1)
    add(ledger, "k", 2)
    assert ledger.answer("k") == {"a": 1} and ledger.totals()["calls"] == 1


def test_one_write_that_fails_is_told_and_later_ones_go_on(ledger: Ledger) -> None:
    too_large: dict[str, int] = {"input": 2**80, "output": 0}
    with pytest.raises(LedgerError, match="can't be written"):
        ledger.add_call(Call("bad", "p", {}, False), {}, too_large, 0.0).result(timeout=10)
    add(ledger, "good")
    assert ledger.answer("good") and ledger.answer("bad") is None


async def test_a_caller_that_was_cancelled_takes_nobody_down(ledger: Ledger) -> None:
    waiting = asyncio.ensure_future(ledger.landed(ledger.add_call(Call("gone", "p", {}, False), 1, None, 0.0)))
    await asyncio.sleep(0)
    waiting.cancel()
    for n in range(50):
        ledger.add_call(Call(f"c{n}", "p", {}, False), 1, None, 0.0).future().cancel()
    await asyncio.wait_for(ledger.landed(ledger.add_call(Call("here", "p", {}, False), 2, None, 0.0)), timeout=10)
    assert (ledger.answer("gone"), ledger.answer("c49"), ledger.answer("here")) == (1, 1, 2)


def test_closing_writes_what_is_waiting(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    for n in range(500):
        ledger.add_rollout(str(n), {"n": n})
    ledger.close()
    again = Ledger(tmp_path / "ledger.db")
    assert again.rollout("499") == {"n": 499}
    again.close()


def test_what_comes_after_the_end_is_told_so_and_nobody_waits_for_ever(tmp_path: Path) -> None:
    """As a node does that was given up, and whose thread Python joins before it exits."""
    ledger = Ledger(tmp_path / "l.db")
    ledger.close()
    with pytest.raises(LedgerError, match="is closed: the run was over before this came"):
        add(ledger, "late")
    with pytest.raises(LedgerError, match="is closed"):
        ledger.add_rollout("late", {}).result(timeout=10)


@pytest.mark.parametrize("round", range(5))
def test_a_write_that_meets_the_end_is_on_disk_or_told(tmp_path: Path, round: int) -> None:
    ledger, done = Ledger(tmp_path / "l.db"), list[str]()

    def write(name: int) -> None:
        for n in range(50):
            try:
                add(ledger, f"{name}/{n}")
            except LedgerError:
                return
            done.append(f"{name}/{n}")

    threads = [threading.Thread(target=write, args=[name]) for name in range(4)]
    for thread in threads:
        thread.start()
    ledger.close()
    for thread in threads:
        thread.join(timeout=20)
    assert not any(thread.is_alive() for thread in threads)
    again = Ledger(tmp_path / "l.db")
    assert all(again.answer(key) for key in done)
    again.close()


def test_events_keep_their_order_and_can_be_told_anew(ledger: Ledger) -> None:
    for n in range(20):
        ledger.add_event("verdict", {"n": n})
    ledger.add_event("other", None).result(timeout=10)
    assert [e["n"] for e in ledger.events("verdict")] == list(range(20))
    ledger.clear_events()
    assert ledger.events("verdict") == []
