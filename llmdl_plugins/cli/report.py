"""`llmdl report`: a run folder as a page and in words, or as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from llmdl_plugins.cli.output import say


def report(
    run: Annotated[Path, typer.Argument(help="The folder of a run, finished or not.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print status, verdict, what helped and the figures as an object.")
    ] = False,
) -> None:
    """Write the report of a run again, and say what helped.  Nothing of the folder is imported, nothing is sent."""
    tell(run, as_json)


def tell(folder: Path, as_json: bool = False) -> None:
    """Write the page of a run, and print the verdict and what helped."""
    from llmdl_plugins.plain import plain
    from llmdl_plugins.report.page import PAGE, written
    from llmdl_plugins.report.source import read_run
    from llmdl_plugins.report.verdict import headline, verdict
    from llmdl_plugins.report.words import what_helped

    run = read_run(folder)
    helped = list(what_helped(run))
    if as_json:
        told = {"status": headline(run), "verdict": verdict(run), "helped": helped, "report": str(folder / PAGE)}
        say(json.dumps({**told, "result": plain(run.outcome)}))
        written(run)
        return
    for line in [verdict(run), *(f"- {sentence}" for sentence in helped)]:
        say(line)
    say(f"report: {written(run)}")  # last: a folder that can be read and not written is told all the same
