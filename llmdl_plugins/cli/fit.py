"""`llmdl fit`: train an application and test once whether it got better."""

from __future__ import annotations

import json
import os
import secrets
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from llmdl_plugins.cli import child, confined, options, plugged
from llmdl_plugins.cli.grouped import grouped
from llmdl_plugins.cli.handing import handing
from llmdl_plugins.cli.output import NO_GAIN, kept, leave, say
from llmdl_plugins.cli.pace import Pace
from llmdl_plugins.cli.report import tell
from llmdl_plugins.training.openings import state_folder

if TYPE_CHECKING:
    from llmdl_plugins.training.result import Result
    from llmdl_plugins.training.trainer import Trainer

RUNS = Path("runs")
_UNSEEN = RUNS / ".gitignore"


@grouped
def fit(
    target: options.Application,
    loss: options.Loss,
    *,
    rows: options.Rows,
    test: Annotated[Path | None, typer.Option(help="Sealed examples, opened once.")] = None,
    training: options.Training,
    prices: options.Prices = None,
    trained: options.Trained,
    keep: Annotated[
        list[str] | None, typer.Option(help="A passage that every prompt which holds it keeps, word for word.")
    ] = None,
    probe: Annotated[
        int, typer.Option(min=0, help="Train rows that are run first, to find prompts by what is really sent.")
    ] = 2,
    columns: options.Columns,
    pace: Pace,
    folder: Annotated[
        Path | None, typer.Option(help="Run folder; the same command goes on there. runs/… if not given.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Send nothing: say what the run is likely to take, as --folder has it.")
    ] = False,
    no_content: Annotated[
        bool, typer.Option("--no-content", help="Store no texts but trained values: counts, scores and hashes only.")
    ] = False,
    wishes: confined.Wishes,
    logger: Annotated[list[str] | None, typer.Option(help="A logger that is told how the run goes.")] = None,
    plugin: plugged.Plugins = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print result.json instead of words.")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Train an untouched application, and test on sealed rows whether it got better.

    Example: llmdl fit app.py:graph --data rows.jsonl --loss exact_match --teacher openai:gpt-5-mini --budget "2 min"
    """
    chosen = folder or Path(os.environ.pop(child.FOLDER, "") or _fresh())
    confined.confined(target, wishes, chosen, state_folder(), _UNSEEN, folder=chosen)

    from llmdl_plugins.cli.fitting import application, read_prices, resolved_loss
    from llmdl_plugins.cli.progress import progress
    from llmdl_plugins.effects import guard
    from llmdl_plugins.training.trainer import Trainer

    network = application(target)
    with kept() as out, progress(quiet) as watcher, guard.reported():
        trainer = Trainer(
            network,
            resolved_loss(loss),
            rows.source(),
            rows.val,
            test,
            **vars(training),
            **vars(pace.terms()),
            prices=read_prices(prices),
            folder=chosen,
            safe_tools=wishes.safe_tools or (),
            loggers=logger or (),
            inputs=columns.keys,
            expected=columns.expected,
            origin={"target": target, **({"unfreeze": trained.unfreeze} if trained.unfreeze else {})},
            content=not no_content,
            probes=probe,
            shape=partial(trained.shape, keep=keep or ()),
            watcher=watcher,
        )
        if dry_run:
            told = trainer.estimate()
            say(json.dumps(told.json()) if as_json else str(told), out)
            return
        if folder is None:
            _hide()
        result, caught = _run(trainer)
        if as_json:
            say(json.dumps(result.json()), out)
    if not as_json:
        _tell(result, chosen)
    if caught:
        leave(128 + caught)
    sys.exit(0 if result.status == "improved" else NO_GAIN)


def _fresh() -> Path:
    """A folder that no other run has, whatever the clock says."""
    return RUNS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def _hide() -> None:
    """Keep runs that nobody gave a folder out of version control: they hold rows and answers."""
    RUNS.mkdir(exist_ok=True)
    if not _UNSEEN.exists():
        _UNSEEN.write_text("*\n", encoding="utf-8")


def _run(trainer: Trainer) -> tuple[Result, int]:
    """The result, and the signal that ended the run early, if one did."""
    caught = [0]

    def stop(number: int, frame: FrameType | None) -> None:
        # The first signal drains and saves; the second is the operating system's again.
        caught[0] = number
        signal.signal(number, signal.SIG_DFL)
        trainer.stop()
        with suppress(OSError):  # the terminal may be gone
            say(trainer.draining, sys.stderr)

    before: dict[int, Any] = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return trainer.fit(), caught[0]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(result: Result, folder: Path) -> None:
    from llmdl_plugins.training.result import spending

    tell(folder)
    say(f"spent: {spending(result.spent)}")
    if result.status == "improved":
        say(f"next: llmdl export {folder} {handing(result)}")
