"""What a command says, and nothing else, goes to the standard output: what applications and plugins print to stderr."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import Any, NoReturn, TextIO, cast

from llmdl_plugins.printable import printable

NO_GAIN = 3  # the exit code where there is nothing to hand over


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


def say(text: str, to: TextIO | None = None) -> None:
    """Print a line, in which what models, data or plugins have written can do nothing to the terminal.

    Args:
        to: where; the standard output, by default.
    """
    print(printable(text), file=to)


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
