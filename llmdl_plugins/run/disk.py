"""What a disk that fails is told as, and files that are whole whenever the process or the machine stops."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from llmdl_plugins.errors import LedgerError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_FAILS = {
    *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY),
    *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL),
}
_FULL_DATABASE = "SQLITE_FULL"
_REFUSED_DATABASE = ("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN", "SQLITE_AUTH")


def unwritten(what: str | Path, error: BaseException) -> LedgerError:
    """The error of something that could not be written or read: why, and what to do."""
    return LedgerError(
        f"{what} can't be written ({_reason(error)}). What was written before is whole: "
        f"{advice(error)}, then run the same command again."
    )


def fails(error: BaseException) -> bool:
    """Whether the disk is at fault, and not what is in a file of SQLite's; a file that ends too early is damaged."""
    if not isinstance(error, sqlite3.Error):
        return isinstance(error, OSError)
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in _FAILS and code != sqlite3.SQLITE_IOERR_SHORT_READ


def gives_out(error: BaseException) -> bool:
    """Whether a disk is full or broken, and not just the wrong place."""
    return getattr(error, "errno", None) in _FULL | {errno.EIO}


def advice(error: BaseException) -> str:
    """What to do about a disk that fails."""
    name, number = getattr(error, "sqlite_errorname", ""), getattr(error, "errno", None)
    if number in _REFUSED or name.startswith(_REFUSED_DATABASE):
        return "make it writable"
    if number in _FULL or name.startswith(_FULL_DATABASE):
        return "free some space"
    return "free some space or see what the disk is missing"


def _reason(error: BaseException) -> str:
    return (
        (getattr(error, "strerror", None) or str(error)) if isinstance(error, OSError | sqlite3.Error) else repr(error)
    )


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is always whole, and the owner's only: aside, synced, renamed, and the rename synced.

    Raises:
        LedgerError: the disk refuses it; what was there before is still there.
    """
    aside = path.with_name(f".{path.name}.new")
    try:
        # Never through a link that somebody planted in the folder.
        aside.unlink(missing_ok=True)
        with os.fdopen(private(aside), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise unwritten(path, error) from error


def private(path: Path) -> int:
    """A descriptor of a new file that only its owner can read, whatever the umask says."""
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.chmod(path, 0o600)
    return made


def read_only(path: Path) -> sqlite3.Connection:
    """A connection to a database that must be there: nothing is made or changed, and its log stays where it is."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def sync_folder(path: Path) -> None:
    """Have the names in a folder on disk; a no-op where folders can't be synced."""
    try:
        folder = os.open(path, os.O_RDONLY)
    except (PermissionError, IsADirectoryError):  # Windows opens no folders
        return
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some file systems sync no folders
            raise
    finally:
        os.close(folder)


def unread(what: str | Path, error: BaseException) -> LedgerError:
    """The error of something that can't be read any more while it is used."""
    return LedgerError(
        f"{what} can't be read ({_reason(error)}). Run the same command again: what can be read of it is saved first."
    )
