"""The parent's side of a command that runs the application: the same command again, in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

LIFELINE = "LLMDL_LIFELINE"  # the number of a pipe that ends when the parent does
WITHHELD = "LLMDL_WITHHELD"  # names, no values: so that an error can say which one was missed
_FORWARDED = (signal.SIGINT, signal.SIGTERM)


def run_again(environment: Mapping[str, str]) -> int:
    """Run this command line in a child with this environment and a scratch folder; its exit code.

    Args:
        environment: all that the child gets.
    """
    with _scratch() as scratch, _lifeline() as pipe:
        told = {"TMPDIR": scratch, "TMP": scratch, "TEMP": scratch, LIFELINE: str(pipe)}
        with _forwarding() as started:
            # A group of its own: a Ctrl-C of the terminal reaches it once, through us.
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "llmdl_plugins.cli", *sys.argv[1:]],
                env={**environment, **told},
                stdin=subprocess.DEVNULL if sys.stdin is None or sys.stdin.isatty() else None,
                pass_fds=[pipe],
                process_group=0,
            )
            started(child)
            code = child.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _scratch() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="llmdl-")
    try:
        yield os.path.realpath(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _lifeline() -> Iterator[int]:
    """A pipe that nobody writes to: the child reads its end when this process is gone, however it went."""
    ours, held = os.pipe()
    try:
        yield ours
    finally:
        os.close(ours)
        os.close(held)


@contextmanager
def _forwarding() -> Iterator[Any]:
    """Signals that reach us go on to the child, those that come before it is there too."""
    children: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def forward(number: int, frame: FrameType | None) -> None:
        if children:
            children[0].send_signal(number)
        else:
            early.append(number)

    def pause(number: int, frame: FrameType | None) -> None:
        for child in children:
            child.send_signal(signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)
        for child in children:
            child.send_signal(signal.SIGCONT)

    def started(child: subprocess.Popen[bytes]) -> None:
        children.append(child)
        for number in early:
            child.send_signal(number)

    before: dict[int, Any] = {number: signal.signal(number, forward) for number in _FORWARDED}
    before[signal.SIGTSTP] = signal.signal(signal.SIGTSTP, pause)
    try:
        yield started
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
