"""Variables of the shell that the application asks for and does not get: with a default it is another, unnoticed."""

from __future__ import annotations

import os
import sys
from typing import Any

from llmdl_plugins.cli.output import say
from llmdl_plugins.theirs import is_theirs

HINT = "is set here, but not passed on to the application: --env {name} does that."


def watch(held: set[str]) -> None:
    """Say once of each of these variables that the application's own code asks for it."""
    if held:
        os.environ.__class__ = _watching(type(os.environ), held)


def _watching(kind: type[Any], held: set[str]) -> type[Any]:
    class Environment(kind):  # type: ignore[misc]
        def __getitem__(self, name: str) -> Any:
            try:
                return super().__getitem__(name)
            except KeyError:
                if name in held and _is_users(sys._getframe(1)):
                    held.discard(name)
                    _tell(name)
                raise

    return Environment


def _is_users(frame: Any) -> bool:
    """Whether code asks that is no library's; `os.getenv` and `get` stand between."""
    while frame and frame.f_code.co_filename.startswith("<frozen"):
        frame = frame.f_back
    return bool(frame) and is_theirs(frame)


def _tell(name: str) -> None:
    say(f"warning: the application asks for {name}, which {HINT.format(name=name)}", sys.stderr)
