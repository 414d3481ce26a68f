"""The ledger, read and never written: also while its owner writes, and also if somebody else made the file."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from llmdl_plugins.errors import RunFolderError
from llmdl_plugins.report.record import Felt, Journal, Move, NoModel, Refused
from llmdl_plugins.run.disk import fails, read_only, unread
from llmdl_plugins.run.schema import TOOK
from llmdl_plugins.training.flips import Flip
from llmdl_plugins.training.requests import Requests

_PATIENCE = 10.0
_LONGEST = 16_000_000
_MOST = 5_000
_MOVES = TypeAdapter(list[Move])
_NO_MODEL = TypeAdapter(NoModel)
_FELT = TypeAdapter(list[Felt])
_REFUSED = TypeAdapter(list[Refused])
_FLIPS = TypeAdapter(list[Flip])
_SEALED = TypeAdapter(Requests)


def read_journal(path: Path) -> Journal:
    """The proposals, the no-model baseline and the totals of a ledger; empty where there is none yet.

    Raises:
        RunFolderError: it is damaged, or no ledger.
        LedgerError: the disk fails.
    """
    if not path.exists():
        return Journal()
    try:
        with _opened(path) as db:
            return _journal(db)
    except (sqlite3.Error, ValidationError, ValueError, RecursionError) as error:
        if fails(error):
            raise unread(path, error) from error
        raise RunFolderError(
            f"{path} is damaged: it is not a ledger that can be read. The other files of the folder are untouched. "
            "Running the same `llmdl fit` again saves what can be read of it."
        ) from None


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(read_only(path)) as db:
        db.execute("PRAGMA query_only = ON")
        db.execute("PRAGMA trusted_schema = OFF")
        # A made-up file may hold views that never end and values without end.
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        deadline = time.monotonic() + _PATIENCE
        db.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        yield db


def _journal(db: sqlite3.Connection) -> Journal:
    if not _begun(db):
        return Journal()
    measured, unmeasured, sealed = (_events(db, kind) for kind in ("baseline", "no baseline", "sealed"))
    calls, tokens, seconds = db.execute(f"SELECT {TOOK} FROM calls").fetchone()
    return Journal(
        moves=_MOVES.validate_python(_events(db, "verdict")),
        no_model=_NO_MODEL.validate_python(measured[-1]) if measured else None,
        unmeasured=str(unmeasured[-1]["why"]) if unmeasured else "",
        calls=calls,
        tokens=int(tokens),
        failures=db.execute("SELECT count(*) FROM failures").fetchone()[0],
        seconds=seconds,
        felt=_FELT.validate_python(_events(db, "feedback")),
        sealed=_SEALED.validate_python(sealed[-1]) if sealed else None,
        flips=_FLIPS.validate_python(_events(db, "flipped")),
        refused=_REFUSED.validate_python(_events(db, "refused")),
        taught=db.execute("SELECT count(*) FROM calls WHERE path LIKE 'teacher/%'").fetchone()[0],
    )


def _begun(db: sqlite3.Connection) -> bool:
    """Whether its owner has come as far as making the tables."""
    return bool(db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'events'").fetchone()[0])


def _events(db: sqlite3.Connection, kind: str) -> list[Any]:
    rows = db.execute("SELECT record FROM events WHERE kind = ? ORDER BY id LIMIT ?", (kind, _MOST))
    return [json.loads(record) for (record,) in rows]
