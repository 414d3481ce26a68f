"""The command `llmdl`: one file a command; nothing heavy is imported before a command runs."""

from __future__ import annotations

import sqlite3
import sys
import traceback
import warnings
from types import TracebackType
from typing import Annotated

import typer

from llmdl_plugins.cli.commands import HELP, Commands
from llmdl_plugins.cli.output import leave, of_main_thread, say
from llmdl_plugins.errors import LlmdlError
from llmdl_plugins.plugins.manager import use
from llmdl_plugins.printable import printable

app = typer.Typer(
    name="llmdl",
    cls=Commands,
    help="Train the LangGraph agent that you already have.",
    epilog="Exit codes: 0 ok, 1 the doctor or a check found something, 2 misuse, 3 no gain shown, 69 no model reached, "
    "74 disk, 75 folder locked, 130 or 143 stopped by a signal.",
    no_args_is_help=True,
    context_settings=HELP,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version
        from platform import python_version

        say(f"llmdl-plugins {version('llmdl-plugins')} (Python {python_version()})")
        raise typer.Exit


@app.callback()
def top(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Train the LangGraph agent that you already have."""


def main() -> None:
    """Run a command; an error of ours is one message and its exit code."""
    try:
        _run()
    except SystemExit as ended:
        _leave(ended)
        raise


def _leave(ended: SystemExit) -> None:
    """End here where a node was given up that may never end: Python would wait for its thread."""
    patience = sys.modules.get("llmdl_plugins.run.patience")
    if patience is not None and patience.given_up:
        leave(ended.code if isinstance(ended.code, int) else int(bool(ended.code)))


def _run() -> None:
    warnings.formatwarning = lambda message, *where: f"warning: {printable(str(message))}\n"
    sys.excepthook = _crash
    sys.stdout = of_main_thread(sys.stdout)  # for good: threads of a plugin print until the process is gone
    use(())
    try:
        app()
    except LlmdlError as error:
        _fail(str(error), error.exit_code)
    except (sqlite3.Error, OSError) as error:
        from llmdl_plugins.cli.unforeseen import told

        if (foreseen := told(error)) is None:
            raise
        _fail(*foreseen)


def _fail(message: str, code: int) -> None:
    from llmdl_plugins.cli.confined import missed

    say(f"error: {message}{missed(message)}", sys.stderr)
    sys.exit(code)


def _crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody foresaw is shown whole, but for secrets: this text is what people paste into a report."""
    say("".join(traceback.format_exception(kind, error, trace)).removesuffix("\n"), sys.stderr)
