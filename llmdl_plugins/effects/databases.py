"""SQLite files: reading is fine, so each connection is asked at every statement instead of when it is opened."""

from __future__ import annotations

import functools
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from llmdl_plugins.effects.effect import Allowed, Effect
from llmdl_plugins.effects.files import written

_READS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_TRANSACTION,
    sqlite3.SQLITE_SAVEPOINT,
    sqlite3.SQLITE_DETACH,
}
_WRITING_PRAGMAS = {
    "application_id",
    "auto_vacuum",
    "incremental_vacuum",
    "journal_mode",
    "schema_version",
    "user_version",
    "wal_checkpoint",
    "writable_schema",
}
_here = threading.local()
Judge = Callable[[Callable[[Allowed], Effect | None]], bool]


def connected(args: tuple[Any, ...], allowed: Allowed) -> Effect | None:
    """`sqlite3.connect`: a file that isn't there would be made, and one that nobody watches could be written to."""
    path = _file(args[0])
    return None if path is None or (path.exists() and getattr(_here, "watched", False)) else written(path, allowed)


def watch(in_force: Callable[[], Allowed], judge: Judge) -> None:
    """From here on, `judge` is asked at every statement that writes to a file; what it refuses, SQLite refuses.

    Args:
        in_force: what is allowed where a connection is opened.
        judge: whether an effect is let through.
    """
    connect = sqlite3.connect

    @functools.wraps(connect)
    def watched(database: Any, *args: Any, **kwargs: Any) -> sqlite3.Connection:
        _here.watched = True
        try:
            connection: sqlite3.Connection = connect(database, *args, **kwargs)
        finally:
            _here.watched = False
        path = _file(database)
        if path is None or written(path, in_force()) is not None:
            connection.set_authorizer(_authorizer(path, judge))
        return connection

    sqlite3.connect = sqlite3.dbapi2.connect = watched  # type: ignore[assignment]


def _authorizer(main: Path | None, judge: Judge) -> Callable[..., int]:
    def authorize(action: int, first: str | None, second: str | None, database: str | None, source: str | None) -> int:
        path = _written_to(action, first, second, database, main)
        return sqlite3.SQLITE_OK if path is None or judge(lambda a: written(path, a)) else sqlite3.SQLITE_DENY

    return authorize


def _written_to(
    action: int, first: str | None, second: str | None, database: str | None, main: Path | None
) -> Path | None:
    """The file that an action writes to; None where it writes to none, or to one that was judged when it was added."""
    if action == sqlite3.SQLITE_ATTACH:
        return _file(first or "")
    if action == sqlite3.SQLITE_PRAGMA:
        return main if second and first in _WRITING_PRAGMAS else None
    return None if action in _READS or database not in (None, "main") else main


def _file(database: Any) -> Path | None:
    """The file that is opened; None for memory, a temporary file, and a URI that only reads."""
    name = database.decode() if isinstance(database, bytes) else str(database)
    if name.startswith("file:"):
        url = urlsplit(name)
        if any(word in url.query for word in ("mode=ro", "mode=memory", "immutable=1")):
            return None
        name = unquote(url.path)
    return None if name in ("", ":memory:") else Path(name).resolve()
