"""Errors of the system that nobody foresaw: a disk that gives out, a name that is no use, or a fault to be shown."""

from __future__ import annotations

import os
import sqlite3

from llmdl_plugins.run.disk import advice, fails, gives_out

DISK, MISUSE = 74, 2


def told(error: OSError | sqlite3.Error) -> tuple[str, int] | None:
    """The message and the exit code; None where only the whole trace tells what happened.

    >>> told(FileNotFoundError(2, "No such file or directory", "rows.jsonl"))
    ("'rows.jsonl' can't be used: No such file or directory. Give another name, or see what stands there.", 2)
    >>> told(ConnectionResetError(104, "Connection reset by peer"))
    """
    if gives_out(error) if isinstance(error, OSError) else fails(error):
        return f"{error}. What was written before is whole: {advice(error)}, then run the same command again.", DISK
    name = getattr(error, "filename", None)
    if name is None:
        return None
    shown = os.fspath(name) if isinstance(name, str | bytes | os.PathLike) else name
    why = getattr(error, "strerror", None) or str(error)
    return f"{shown!r} can't be used: {why}. Give another name, or see what stands there.", MISUSE
