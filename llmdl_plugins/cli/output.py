"""Keeps the standard output for what a command says: what applications and plugins print goes to stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TextIO


@contextmanager
def kept() -> Iterator[TextIO]:
    """The standard output, which inside is reached by this name only."""
    ours = sys.stdout
    with redirect_stdout(sys.stderr):
        yield ours
