"""A run folder as one page that needs nothing else: no script, no link, no request."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from llmdl_plugins import figures
from llmdl_plugins.printable import printable
from llmdl_plugins.report.changes import changes
from llmdl_plugins.report.chart import chart
from llmdl_plugins.report.diff import shortened
from llmdl_plugins.report.record import IMPROVED, STOPPED, Run
from llmdl_plugins.report.sealed_words import caution
from llmdl_plugins.report.source import read_run
from llmdl_plugins.report.spending import spending
from llmdl_plugins.report.verdict import capital, finding, headline
from llmdl_plugins.report.words import what_helped
from llmdl_plugins.run.changes import in_words
from llmdl_plugins.run.folder import RunFolder

PAGE = "report.html"
_MOST_MOVES = 200


def write_report(folder: Path) -> Path:
    """Write `report.html` into a run folder, whatever the run has come to; the path of the page.

    Raises:
        RunFolderError: the folder holds no run, or a damaged one.
    """
    return written(read_run(folder))


def written(run: Run) -> Path:
    """The page of a run, written into its folder; its path."""
    text = render(run)
    RunFolder(run.folder).write_text(PAGE, text)
    return run.folder / PAGE


def render(run: Run) -> str:
    """The page as text."""
    return _environment().get_template("page.html").render(_told(run))


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("llmdl_plugins.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"percent": figures.percent, "points": figures.points, "shortened": shortened}
    return made


def _shown(value: Any) -> Any:
    """Every value passes here on its way to the page, before it is escaped."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _told(run: Run) -> dict[str, Any]:
    changed = changes(run.outcome.parameters) if run.outcome else []
    return {
        "run": run,
        "config": run.config,
        "outcome": run.outcome,
        "stopped": run.outcome is None or run.outcome.status == STOPPED,
        "improved": run.outcome is not None and run.outcome.status == IMPROVED,
        "headline": capital(headline(run)),
        "finding": capital(finding(run)),
        "caution": caution(run),
        "words": what_helped(run),
        "chart": chart(run),
        "changes": changed,
        "patchable": all(change.kind != "choice" for change in changed),  # an architecture is in no patch
        "front": run.outcome.front if run.outcome else (),
        "in_words": in_words,
        "flips": run.journal.flips,
        "moves": run.journal.moves[:_MOST_MOVES],
        "unlisted": max(0, len(run.journal.moves) - _MOST_MOVES),
        "spending": spending(run),
        "folder": shlex.quote(str(run.folder)),
        "written": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    }
