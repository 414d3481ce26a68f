"""Who owns a run folder: one process, one run at a time; the lock goes with its holder, however that ends."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from llmdl_plugins.errors import LockedError, RunFolderError
from llmdl_plugins.run.disk import gives_out, unwritten, write_whole


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Own a folder: the lock is the operating system's, so a killed owner leaves none; `owner` only tells its name.

    Raises:
        LockedError: somebody owns it; the message says who.
        RunFolderError: it can't be locked.
        LedgerError: the disk is full or fails.
    """
    lock = FileLock(folder / "lock", timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise LockedError(f"{_owner(folder)} is writing to {folder}: wait for it, or give another --folder.") from None
    except (OSError, NotImplementedError) as error:
        if gives_out(error):
            raise unwritten(folder / "lock", error) from error
        why = getattr(error, "strerror", None) or error
        raise RunFolderError(f"Can't lock {folder} ({why}): give a --folder on a local disk, writable.") from None
    try:
        os.chmod(folder / "lock", 0o600)
        write_whole(folder / "owner", f"{os.getpid()} {socket.gethostname()}\n")
        yield
    finally:
        lock.release()


def at_work(folder: Path) -> bool:
    """Whether some process owns a folder at this moment: its lock is looked at and never taken.

    False too where that can't be seen.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        return False
    with suppress(OSError):
        lock = os.open(folder / "lock", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
    return False


def _owner(folder: Path) -> str:
    """Who wrote his name there last; he holds the lock, if he has come as far as writing it."""
    try:
        pid, host = (folder / "owner").read_text(encoding="utf-8", errors="replace").split()[:2]
    except (OSError, ValueError):
        return "Another process"
    if (pid, host) == (str(os.getpid()), socket.gethostname()):
        return f"Process {pid} on {host} (this one, in another training)"
    return f"Process {pid} on {host}"
