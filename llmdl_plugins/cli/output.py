"""Keeps the standard output for what a command says: what applications and plugins print goes to stderr."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Any, NoReturn, TextIO, cast


class _OfMain:
    """The standard output of the main thread; other threads are never the command's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        here = threading.current_thread() is threading.main_thread()
        return getattr(self._stream if here else sys.stderr, name)


def of_main_thread(stream: TextIO) -> TextIO:
    """A stream that writes there from the main thread, and to stderr from any other."""
    return cast(TextIO, _OfMain(stream))


def leave(code: int) -> NoReturn:
    """End with all that was said, but without waiting for threads: a call that hangs may hold one for ever."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)


@contextmanager
def kept() -> Iterator[TextIO]:
    """The standard output, which inside is reached by this name only."""
    ours = sys.stdout
    with redirect_stdout(sys.stderr):
        yield ours
