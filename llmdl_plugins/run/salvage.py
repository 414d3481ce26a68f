"""What a damaged ledger still holds, saved into a new one; the damaged file is kept aside."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from llmdl_plugins.run.disk import fails, private, read_only, sync_folder
from llmdl_plugins.run.pages import Pages
from llmdl_plugins.run.schema import KEPT, TABLES, VERSION, checksum, inserting, script, table_of


def unfinished(path: Path) -> Path:
    """Where the new ledger is made; a file there says that an earlier salvage was cut off."""
    return path.with_name(f"{path.stem}.new{path.suffix}")


def log_of(path: Path) -> Path:
    """The write-ahead log of a ledger."""
    return path.with_name(f"{path.name}-wal")


def salvage(path: Path) -> str:
    """Put a new ledger with every row that can be read in the place of a damaged one; what was done, for people.

    It may be cut off at any moment: the next one begins with what this one has saved.
    """
    fresh = unfinished(path)
    if not is_sound(fresh):
        fresh.unlink()
    if not fresh.exists():
        os.close(private(fresh))
    saved = _saved(path, fresh)
    aside = _set_aside(path)
    fresh.replace(path)
    sync_folder(path.parent)
    told = ", ".join(f"{count} {table}" for table, count in saved.items() if count) or "nothing"
    return f"{path} was damaged: {told} could be saved into a new one; the damaged file is kept as {aside.name}"


def is_sound(path: Path) -> bool:
    """Whether SQLite can read a file, all of it; a file that isn't there is sound.

    Raises:
        sqlite3.OperationalError: it is not the file that is at fault.
    """
    if not path.exists():
        return True
    try:
        # Read-only: closing a file that is written to would put its log into it, and away.
        with closing(read_only(path)) as db:
            (size,) = db.execute("PRAGMA page_size").fetchone()
            (count,) = db.execute("PRAGMA page_count").fetchone()
            return _is_as_long(path, size * count) and db.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
    except sqlite3.DatabaseError as error:
        if fails(error):
            raise
        return False


def _is_as_long(path: Path, size: int) -> bool:
    """Whether the last page, which no check looks at, is all there; or is in the log."""
    log = log_of(path)
    return path.stat().st_size >= size or (log.exists() and log.stat().st_size > 0)


def harvest(db: sqlite3.Connection, log: bytes) -> int:
    """Add what only a damaged log holds: SQLite reads a log up to its first bad byte; the number of rows."""
    before = db.total_changes
    _add(db, Pages(b"", log))
    return db.total_changes - before


def _saved(path: Path, fresh: Path) -> Counter[str]:
    with closing(sqlite3.connect(fresh, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous=FULL")
        db.executescript(script())
        db.execute(f"PRAGMA user_version={VERSION}")
        with closing(_File(path)) as file, closing(_File(log_of(path))) as log:
            _add(db, Pages(file, log))
        return Counter({table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in KEPT})


def _add(db: sqlite3.Connection, pages: Pages) -> None:
    db.execute("BEGIN IMMEDIATE")
    for number, values in pages.rows(lambda values: table_of(values) is not None):
        table = table_of(values)
        if table is None:
            continue
        if len(values) < len(TABLES[table]):
            values = (*values, checksum(*values))
        if table == "failures":  # it has no key of its own
            db.execute(inserting(table, "rowid"), (number, *values))
        else:
            db.execute(inserting(table), values)
    db.execute("COMMIT")


class _File:
    """The bytes of a file, read where they are asked for; none where it isn't there."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("rb") if path.exists() else BytesIO()
        self._length = self._file.seek(0, os.SEEK_END)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice) -> bytes:
        start, stop, _ = part.indices(self._length)
        self._file.seek(start)
        return self._file.read(max(0, stop - start))

    def close(self) -> None:
        self._file.close()


def _set_aside(path: Path) -> Path:
    """Give the damaged file and its log another name."""
    aside = next(
        free for n in range(1, 10_000) if not (free := path.with_name(f"{path.stem}.damaged-{n}{path.suffix}")).exists()
    )
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    for end in ("-wal", ""):
        if (old := path.with_name(f"{path.name}{end}")).exists():
            old.replace(aside.with_name(f"{aside.name}{end}"))
    sync_folder(path.parent)
    return aside
