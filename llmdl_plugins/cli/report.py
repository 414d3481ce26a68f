"""`llmdl report`: a run folder as a page and in words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from llmdl_plugins.cli.output import say


def report(run: Annotated[Path, typer.Argument(help="The folder of a run, finished or not.")]) -> None:
    """Write the report of a run again, and say what helped.  Nothing of the folder is imported, nothing is sent."""
    tell(run)


def tell(folder: Path) -> None:
    """Write the page of a run, and print the verdict and what helped."""
    from llmdl_plugins.report.page import write_report
    from llmdl_plugins.report.source import read_run
    from llmdl_plugins.report.verdict import verdict
    from llmdl_plugins.report.words import what_helped

    page = write_report(folder)
    run = read_run(folder)
    for line in [verdict(run), *(f"- {sentence}" for sentence in what_helped(run)), f"report: {page}"]:
        say(line)
