"""The process that runs the small training of `faulty_run` whenever it is asked, each time in a fork."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Run = Callable[..., dict[str, Any]]


@contextmanager
def served(library: Path | None = None) -> Iterator[Run]:
    """A training in a folder, on a disk that may fail.

    Args:
        library: is put before the C library, and fails the writes that are named.
    """
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **({"LD_PRELOAD": str(library)} if library else {})}
    command = [sys.executable, HERE / "faulty_run.py"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) as server:

        def run(
            base: Path, at: int = 0, error: int = errno.ENOSPC, for_good: bool = False, limit: int = 0
        ) -> dict[str, Any]:
            assert server.stdin and server.stdout
            told = {"base": str(base), "at": at, "error": error, "for_good": for_good, "limit": limit}
            server.stdin.write(json.dumps(told) + "\n")
            server.stdin.flush()
            answer: dict[str, Any] = json.loads(server.stdout.readline())
            return answer

        yield run
        assert server.stdin
        server.stdin.close()
