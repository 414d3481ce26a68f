"""The file of a ledger, opened: checked, salvaged where it is damaged, of this version, and the owner's only."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

from llmdl_plugins.errors import RunFolderError
from llmdl_plugins.run.disk import private, sync_folder, unwritten
from llmdl_plugins.run.salvage import harvest, is_sound, log_of, salvage, unfinished
from llmdl_plugins.run.schema import TABLES, UPGRADES, VERSION, checksum, script

_text = partial(str, encoding="utf-8", errors="replace")  # a damaged text is seen by its checksum
Say = Callable[[str], None]


def opened(path: Path, say: Say) -> sqlite3.Connection:
    """A connection to a sound ledger; what a damaged one still holds is in it.

    Args:
        path: the file; it is made where it isn't there.
        say: told what was damaged and what could be saved.

    Raises:
        RunFolderError: the file is a database of something else, or of a newer version.
        LedgerError: the disk fails, or refuses.
    """
    try:
        return _opened(path, say)
    except (sqlite3.Error, OSError) as error:
        raise unwritten(path, error) from error


def _opened(path: Path, say: Say) -> sqlite3.Connection:
    log = log_of(path)
    # SQLite forgets a log behind its first bad byte, and a log beside an empty file, without a word.
    left = log.read_bytes() if log.exists() else b""
    if unfinished(path).exists() or not is_sound(path):
        say(salvage(path))
    if not path.exists():
        os.close(private(path))
        sync_folder(path.parent)
    elif not path.stat().st_size:
        say(f"{path} is empty: no answer of an earlier process is in it")
    path.chmod(0o600)
    db = connected(path)
    try:
        prepared(db, path)
        if left and (count := harvest(db, left)):
            say(f"the log of {path} was cut off or damaged: {count} more rows could be saved from it")
    except BaseException:
        db.close()
        raise
    return db


def connected(path: Path | str) -> sqlite3.Connection:
    """A connection that commits durably, and runs no function for what a stranger has put into the file."""
    db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    db.text_factory = _text
    db.execute("PRAGMA trusted_schema=OFF")
    db.execute("PRAGMA synchronous=FULL")
    return db


def prepared(db: sqlite3.Connection, path: Path | None = None) -> None:
    """Make what is missing in a database: tables, version and log.

    Raises:
        RunFolderError: it is of something else, or newer.
    """
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise RunFolderError(
            f"{path} was written by a newer llmdl-plugins (format {version}, this one knows {VERSION}): "
            "update llmdl-plugins, or give another --folder."
        )
    _refuse_strangers(db, path, version)
    db.execute("PRAGMA journal_mode=WAL")
    made = db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'calls'").fetchone()[0]
    db.create_function("checksum", -1, checksum)
    upgrades = [step for n in range(version, VERSION) for step in UPGRADES[n]] if made else []
    db.executescript("; ".join(["BEGIN", *upgrades, f"{script()} PRAGMA user_version={VERSION}", "COMMIT"]))
    _refuse_others(db, path)


def _refuse_strangers(db: sqlite3.Connection, path: Path | None, version: int) -> None:
    """No ledger computes or acts by itself when it is read; an unnumbered one is empty, or older than formats are."""
    held = db.execute("SELECT name, type FROM sqlite_master WHERE type != 'index'").fetchall()
    tables = [name for name, kind in held if kind == "table" and not name.startswith("sqlite_")]
    acting = [name for name, kind in held if kind != "table"]
    strange = sorted([*acting, *(name for name in tables if not version and not _is_old(db, name))])
    if strange:
        raise RunFolderError(f"{path} is no ledger: it holds {', '.join(strange)}. Give another --folder.")


def _is_old(db: sqlite3.Connection, table: str) -> bool:
    known = [name for name in TABLES.get(table, ()) if name != "crc"]
    return bool(known) and known == [row[1] for row in db.execute(f"PRAGMA table_xinfo({table})")]


def _refuse_others(db: sqlite3.Connection, path: Path | None) -> None:
    for table, columns in TABLES.items():
        found = [row[1] for row in db.execute(f"PRAGMA table_xinfo({table})")]
        if found != list(columns):
            raise RunFolderError(
                f"{path} is no ledger that this version can go on with: {table} has the columns {', '.join(found)}. "
                "Give another --folder, or use the version that made it."
            )


def in_memory() -> sqlite3.Connection:
    """A ledger that goes with the process."""
    db = connected(":memory:")
    prepared(db)
    return db
