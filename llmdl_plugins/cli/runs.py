"""`llmdl runs`: the run folders below a folder, and how each run ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from llmdl_plugins.cli.output import say
from llmdl_plugins.columns import columns
from llmdl_plugins.errors import MisuseError, RunFolderError

if TYPE_CHECKING:
    from llmdl_plugins.report.record import Run

_WIDEST = 60
_HEAD = ("folder", "status", "before", "after", "calls", "optimizer", "application")


def runs(
    folder: Annotated[Path, typer.Argument(help="Where to look, also one folder further down.")] = Path("runs"),
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False,
) -> None:
    """List runs, the latest first, and how each ended.  Nothing of a folder is imported, nothing is sent.

    Example: llmdl runs --json
    """
    if not folder.is_dir():
        raise MisuseError(f"There is no folder {folder}: `llmdl fit` writes to runs/ if no --folder is given.")
    found = sorted({path.parent for path in _ledgers(folder)}, key=_age, reverse=True)
    told = [_told(path) for path in found]
    if as_json:
        say(json.dumps(told))
    elif not told:
        say(f"There are no runs in {folder}.")
    else:
        for line in columns([_HEAD, *(tuple(_cell(name, one) for name in _HEAD) for one in told)]):
            say(line)


def _ledgers(folder: Path) -> Iterator[Path]:
    for pattern in ("ledger.db", "*/ledger.db", "*/*/ledger.db"):
        yield from folder.glob(pattern)


def _age(path: Path) -> float:
    return (path / "ledger.db").lstat().st_mtime


def _told(path: Path) -> dict[str, Any]:
    """One run; of what is damaged, the error."""
    from llmdl_plugins.report.source import read_run
    from llmdl_plugins.report.verdict import headline

    try:
        run = read_run(path, journal=False)
        so_far = {} if run.outcome else _so_far(read_run(path))
    except RunFolderError as error:
        return {"folder": str(path), "status": "damaged", "error": str(error)}
    ended, config = run.outcome, run.config
    figures = {n: getattr(ended, n) for n in ("before", "after", "gain", "interval", "p", "spent")} if ended else so_far
    asked = {"optimizer": config.optimizer, "loss": config.loss, "seed": config.seed, "application": config.target}
    return {"folder": str(path), "status": headline(run), **figures, **asked}


def _so_far(run: Run) -> dict[str, Any]:
    """What a run without a result has paid for, as its ledger tells."""
    return {"spent": {"calls": run.journal.calls, "tokens": run.journal.tokens}}


def _cell(name: str, one: dict[str, Any]) -> str:
    from llmdl_plugins.figures import percent

    if name in ("before", "after"):
        return "–" if one.get(name) is None else percent(one[name])
    if name == "calls":
        return "–" if (calls := (one.get("spent") or {}).get("calls")) is None else f"{calls:,.0f}"
    told = " ".join(str(one.get(name) or "–").split())  # a line stays a line, whatever a folder says
    return told if name == "folder" or len(told) <= _WIDEST else f"{told[:_WIDEST]}…"
