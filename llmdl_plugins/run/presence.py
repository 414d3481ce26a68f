"""Whether a run is at work in a folder at this moment: its lock is looked at and never taken."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def at_work(folder: Path) -> bool:
    """Whether some process holds the lock of a run folder; False too where that can't be seen."""
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
