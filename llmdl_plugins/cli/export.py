"""`llmdl export`: the trained application as a diff with a page for its reviewer, a module, a middleware, or values."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from llmdl_plugins.checks import Check
from llmdl_plugins.cli import confined, options, plugged
from llmdl_plugins.cli.grouped import grouped
from llmdl_plugins.cli.output import NO_GAIN, kept, say
from llmdl_plugins.cli.writing import page_beside, write, write_folder
from llmdl_plugins.errors import MisuseError, NotVerifiedError, did_you_mean
from llmdl_plugins.secrets.values import MARK

if TYPE_CHECKING:
    from llmdl_plugins.checks import Verification
    from llmdl_plugins.cli.run_folder import PastRun
    from llmdl_plugins.data import Dataset
    from llmdl_plugins.network import Network

FORMS = ("patch", "review", "weights", "module", "middleware", "dspy")
PATCH = "prompts.patch"


@grouped
def export(
    run: Annotated[Path, typer.Argument(help="The folder of a finished run.")],
    *,
    form: Annotated[
        str,
        typer.Option(
            "--as",
            help="patch, review (the page for its reviewer), weights, module (a folder of plain code), middleware "
            "(for create_agent), or dspy (what a program of DSPy loads).",
        ),
    ] = "patch",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File or folder to write, REVIEW.md beside a patch; else it is printed."),
    ] = None,
    verify: Annotated[
        Path | None, typer.Option(help="Rows of the run: compare every message of the exported copy; sends nothing.")
    ] = None,
    columns: options.Columns,
    candidate: Annotated[
        bool, typer.Option("--candidate", help="Hand over the values even if no gain was shown.")
    ] = False,
    wishes: confined.Wishes,
    plugin: plugged.Plugins = None,
) -> None:
    """Export what a run ended with: nothing is handed over unless the sealed test showed a gain."""
    from llmdl_plugins.cli.run_folder import PastRun

    if form not in FORMS:
        raise MisuseError(f"Can't export as {form!r}.{did_you_mean(form, FORMS)}")
    if output is not None and not output.absolute().parent.is_dir():
        raise MisuseError(f"There is no folder {output.absolute().parent} to write to.")
    confined.confined(confined.application_of(str(run)), wishes, run, *([output.absolute().parent] if output else []))
    past = PastRun.read(run)
    values = past.values(candidate)
    if not values:
        say(_nothing(past.result["status"], candidate), sys.stderr)
    with kept():
        rows = columns.read(verify) if verify else None
        handed = _Handed(run, past, past.network(), values, rows)
        if not values:
            sys.exit(NO_GAIN)
        handed.look_through()
        made = handed.page(PATCH) if form == "review" else _exported(handed.network, form, values)
        handed.check()
    if isinstance(made, dict) and form == "module":
        write_folder(output or run / "module", made)
    else:
        write(output, made)
    if form == "patch" and output is not None:
        write(page_beside(output), handed.page(output.name))


def _exported(network: Network, form: str, values: Mapping[str, Any]) -> Any:
    """The application in this form; what the form can't hold is told, and the rest is handed over."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        made = network.export(form, values)
    for warning in told:
        say(f"warning: {warning.message}", sys.stderr)
    return made


@dataclass
class _Handed:
    """What is handed over, and what was found out about it."""

    run: Path
    past: PastRun
    network: Network
    values: Mapping[str, Any]
    rows: Dataset | None
    verified: Verification | None = None

    def look_through(self) -> None:
        """Name what a reviewer has to see before anything else.

        Raises:
            MisuseError: a text held a key, which no run folder stores.
        """
        if kept_out := [name for name, value in self.values.items() if MARK in json.dumps(value)]:
            raise MisuseError(
                f"{kept_out[0]} held a key, and keys are not stored: set it in the environment as it was in the run, "
                "or take it out of the text and train again."
            )
        for found in self.findings:
            say(f"warning: {found}. Look at it before you apply it.", sys.stderr)

    @cached_property
    def findings(self) -> list[str]:
        """What the texts bring along: nothing, where a run wrote them and nobody touched its folder."""
        from llmdl_plugins.run.lint import finding

        texts = [(name, value) for name, value in self.values.items() if isinstance(value, str)]
        looked = [(name, finding(value, str(self.network[name].default))) for name, value in texts]
        return [f"{name}: {why}" for name, why in looked if why]

    def check(self) -> None:
        """Compare the messages, where rows are given.

        Raises:
            NotVerifiedError: they differ; nothing is written then.
        """
        from llmdl_plugins.cli.reviewing import verified

        if self.rows is None or self.verified is not None:
            return
        self.verified = verified(self.network, self.values, self.run, self.rows)
        if not self.verified.equal:
            raise NotVerifiedError(f"{self.verified}\nNothing was written. Export the weights, or report this.")
        say(str(self.verified), sys.stderr)

    def page(self, patch: str) -> str:
        """The page for the reviewer."""
        from llmdl_plugins.cli.reviewing import unchanged
        from llmdl_plugins.report.review import review
        from llmdl_plugins.report.source import read_run

        self.check()
        tried = [*unchanged(self.network, self.values, self.rows), self._looked()]
        return review(read_run(self.run), tried, self.verified, patch)

    def _looked(self) -> Check:
        what = "no new addresses, hidden characters, keys or codes in the texts"
        return Check(what, not self.findings, "; ".join(self.findings) or "looked through")


def _nothing(status: str, candidate: bool) -> str:
    other = "it changed no value" if candidate else "--candidate gives what it ended with"
    return f"The run ended with {status!r}, so your application stays as it is ({other})."
