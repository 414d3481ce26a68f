"""Options that allow side effects, and the step that every command takes before it runs an application."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from llmdl_plugins import environment, langgraph_json
from llmdl_plugins.cli import child, plugged, withheld
from llmdl_plugins.cli.output import say


@dataclass(frozen=True)
class Wishes:
    """What the options of one command allow."""

    hosts: Annotated[
        list[str] | None,
        typer.Option("--allow-host", help="A host that the application may reach, with or without :port."),
    ] = None
    safe_tools: Annotated[
        list[str] | None,
        typer.Option("--safe-tool", help="A tool that may run and act whenever it is asked, under replay too."),
    ] = None
    folders: Annotated[list[Path] | None, typer.Option("--allow-write", help="A folder that it may write to.")] = None
    programs: Annotated[list[str] | None, typer.Option("--allow-program", help="A program that it may run.")] = None
    natives: Annotated[
        list[str] | None,
        typer.Option("--allow-native", help="A package whose connections can't be seen, as psycopg2."),
    ] = None
    variables: Annotated[
        list[str] | None, typer.Option("--env", help="An environment variable that it gets; patterns with *.")
    ] = None


def confined(target: str, wishes: Wishes, *ours: Path, folder: Path | None = None) -> None:
    """Go on in a child process whose side effects are guarded: returns there, and never here.

    Args:
        target: names the application.
        wishes: what it may do.
        ours: folders that the command itself writes to.
        folder: the one in which it keeps what it pays for.
    """
    if child.LIFELINE in os.environ:
        _follow(int(os.environ.pop(child.LIFELINE)))
        withheld.watch({*_held()})
        _guard(wishes, ours)
        plugged.load_guarded()
    else:
        sys.exit(_again(target, wishes, folder))


def application_of(target: str) -> str:
    """The application that is run: of the folder of a run, the one that it trained."""
    config = Path(target) / "config.json"
    try:
        return str(json.loads(config.read_text(encoding="utf-8"))["target"]) if Path(target).is_dir() else target
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return target  # what is wrong with the folder is said where it is read


def missed(message: str) -> str:
    """Which variables that this error names were not passed on, and how they are."""
    words = set(re.findall(r"\w+", message))
    return "".join(f" {name} {withheld.HINT.format(name=name)}" for name in _held() if name in words and len(name) > 2)


def _held() -> list[str]:
    return os.environ.get(child.WITHHELD, "").split()


def _again(target: str, wishes: Wishes, folder: Path | None) -> int:
    named = list(wishes.variables or ())
    passed = {**environment.of_config(target, named), **environment.reduced(os.environ, named)}
    if traces := environment.traces(os.environ, named):
        say(
            f"tracing is off: {', '.join(traces)} not passed on, so that training runs are not taken for real ones "
            f"(--env {traces[0]} passes it)",
            sys.stderr,
        )
    if gone := langgraph_json.missing(target):
        say(f"{gone}, which langgraph.json takes variables from, is not there", sys.stderr)
    held = " ".join(sorted(os.environ.keys() - passed.keys()))
    return child.run_again({**passed, child.WITHHELD: held}, folder)


def _guard(wishes: Wishes, ours: Sequence[Path]) -> None:
    from llmdl_plugins.effects import guard
    from llmdl_plugins.effects.effect import Allowed

    folders = [Path(os.environ["TMPDIR"]), *(wishes.folders or ())]
    guard.install(
        Allowed(
            hosts=[host.lower() for host in wishes.hosts or ()],
            tools=frozenset(wishes.safe_tools or ()),
            folders=[os.path.realpath(f) for f in folders],
            programs=wishes.programs or (),
            natives=wishes.natives or (),
            ours=[os.path.realpath(f) for f in ours],
        )
    )


def _follow(pipe: int) -> None:
    """End in order when the parent is gone: what is under way comes home and is saved."""

    def wait() -> None:
        os.read(pipe, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="llmdl-lifeline", daemon=True).start()
