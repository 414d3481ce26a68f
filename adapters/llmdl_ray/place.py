"""A task of Ray that holds one worker process: it is where Ray puts it, and ends with the task."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping


def run(address: str, token: str, variables: Mapping[str, str], folder: str) -> int:
    """Run a worker to its end: its exit code.

    Args:
        address: host:port of the owner.
        token: what the worker says first, so that the owner knows it.
        variables: of the owner; what this machine has of its own stays.
        folder: where the owner works, if it is there on this machine.
    """
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "llmdl_plugins.run.workers", address],
        stdin=subprocess.PIPE,
        stdout=2,
        env={**variables, **os.environ},
        cwd=folder if os.path.isdir(folder) else None,
        process_group=0,
    )
    assert process.stdin is not None
    # It stays open: its end tells the worker that Ray has ended this task.
    process.stdin.write(token.encode() + b"\n")
    process.stdin.flush()
    return process.wait()
