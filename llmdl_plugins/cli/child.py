"""The parent's side of a command that runs the application: the same command again, in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from llmdl_plugins.cli.output import say
from llmdl_plugins.environment import CACHES

LIFELINE = "LLMDL_LIFELINE"  # the number of a pipe that ends when the parent does
FOLDER = "LLMDL_FOLDER"  # the run folder that the parent has chosen
WITHHELD = "LLMDL_WITHHELD"  # names, no values: so that an error can say which one was missed
_FORWARDED = (signal.SIGINT, signal.SIGTERM)


def run_again(environment: Mapping[str, str], folder: Path | None = None) -> int:
    """Run this command line in a child with this environment and a scratch folder; its exit code.

    Args:
        environment: all that the child gets.
        folder: where it keeps what it pays for.
    """
    named = {FOLDER: str(folder)} if folder else {}
    with _scratch() as scratch, _lifeline() as pipe:
        told = {"TMPDIR": scratch, "TMP": scratch, "TEMP": scratch, LIFELINE: str(pipe)}
        caches = dict.fromkeys(CACHES, os.path.join(scratch, "caches"))
        with _forwarding() as started:
            # A group of its own: a Ctrl-C of the terminal reaches it once, through us.
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "llmdl_plugins.cli", *sys.argv[1:]],
                env={**caches, **environment, **told, **named},
                stdin=subprocess.DEVNULL if sys.stdin is None or sys.stdin.isatty() else None,
                pass_fds=[pipe],
                process_group=0,
            )
            started(child)
            code = child.wait()
    if code < 0:
        _tell_end(-code, folder)
    return code if code >= 0 else 128 - code


def _tell_end(number: int, folder: Path | None) -> None:
    """Say that the child was ended from outside: it can't say so itself."""
    if folder is None:
        kept = ""
    elif (folder / "ledger.db").exists():
        kept = f" What was paid for is in {folder}: the same command with --folder {folder} goes on, and pays it once."
    else:
        kept = " Nothing was paid for yet."
    why = " (as when memory runs out)" if number == signal.SIGKILL else ""
    name = signal.Signals(number).name if number in [*signal.Signals] else f"signal {number}"
    with suppress(OSError):
        say(f"error: the application's process was ended by {name}{why}.{kept}", sys.stderr)


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
