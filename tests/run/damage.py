"""A ledger with many rows of all sizes, and ways to damage it."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from llmdl_plugins.door.scope import Call, Use
from llmdl_plugins.run.ledger import Ledger

ROWS = 300
PAGE = 4096


def answer_of(n: int) -> dict[str, object]:
    """What is recorded under `call/n`: short, of several pages, and all between."""
    return {"n": n, "text": "ä" * (37 * n % 9_000)}


def filled(ledger: Ledger) -> None:
    for n in range(ROWS):
        ledger.add_call(Call(f"call/{n}", "node", {"q": n}, False), answer_of(n), {"input": n, "output": 1}, 0.0)
        ledger.add_rollout(f"rollout/{n}", {"n": n, "words": "b" * n})
        ledger.add_tool(
            f"tool/{n}", None, Use(name="search", arguments={}, path="node", turn=n, injected={}), {"result": n}
        )
        ledger.settle()
    ledger.add_failure("call/0", "node", "ConnectionError()").result()


def closed(path: Path) -> None:
    """A ledger that was closed in order."""
    ledger = Ledger(path)
    filled(ledger)
    ledger.close()


def cut_off(path: Path) -> None:
    """A ledger as a killed process leaves it: part of it in the file, part in the log."""
    ledger = Ledger(path.with_name("living.db"))
    ledger._db.execute("PRAGMA wal_autocheckpoint=300")
    filled(ledger)
    for end in ("", "-wal"):
        shutil.copy(f"{path.with_name('living.db')}{end}", f"{path}{end}")
    ledger.close()


def missing(path: Path) -> tuple[set[str], list[str]]:
    """Open a ledger: the keys of rows that are gone, and what was said.  What is there is right."""
    said = list[str]()
    ledger = Ledger(path, said.append)
    gone = set()
    for n in range(ROWS):
        for key, found, right in (
            (f"call/{n}", ledger.answer(f"call/{n}"), answer_of(n)),
            (f"rollout/{n}", ledger.rollout(f"rollout/{n}"), {"n": n, "words": "b" * n}),
            (f"tool/{n}", ledger.tool(f"tool/{n}"), {"result": n}),
        ):
            if found is None:
                gone.add(key)
            else:
                assert found == right, key
    ledger.add_call(Call("later", "node", {}, False), "x", None, 0.0).result()
    ledger.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return gone, said


def garble(path: Path, start: int, length: int, seed: int = 0) -> None:
    """Overwrite bytes with others."""
    with path.open("r+b") as file:
        file.seek(start)
        file.write(random.Random(seed).randbytes(length))
