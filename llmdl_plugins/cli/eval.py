"""`llmdl eval`: an application, or a run against its start, on rows that you name."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from llmdl_plugins.cli import confined, options, plugged
from llmdl_plugins.cli.confined import application_of
from llmdl_plugins.cli.grouped import grouped
from llmdl_plugins.cli.output import kept, say
from llmdl_plugins.cli.pace import Pace

TOO_LOW = 1


@grouped
def evaluate(
    target: Annotated[str, typer.Argument(help="An application, or the folder of a finished run.")],
    data: Annotated[Path, typer.Option(help="Rows to evaluate on, JSONL or CSV.")],
    *,
    model: Annotated[
        str | None,
        typer.Option(
            help="PROVIDER:NAME or file.py:name that answers every call of the graph, instead of its own model."
        ),
    ] = None,
    loss: Annotated[str | None, typer.Option(help="As in fit; that of the run, for a run.")] = None,
    candidate: Annotated[
        bool, typer.Option("--candidate", help="Evaluate a run's values even if no gain was shown.")
    ] = False,
    at_least: Annotated[
        float, typer.Option(min=0, max=1, help="End with 1 where the score, from 0 to 1, is less: for CI.")
    ] = 0.0,
    columns: options.Columns,
    executor: options.Executor = "local",
    workers: options.Workers = None,
    concurrency: options.Concurrency = 8,
    pace: Pace,
    tools: options.Tools = "live",
    wishes: confined.Wishes,
    plugin: plugged.Plugins = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print figures as JSON.")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Score an application on rows; for a run, before and after side by side with a paired interval.

    With --model both sides run on another model: whether what was learned on one holds on the other.
    These rows are no sealed test: what is printed is a measurement, not a claim.

    Example: llmdl eval app.py:graph --data rows.jsonl --loss exact_match --at-least 0.85
    """
    confined.confined(application_of(target), wishes)

    from llmdl_plugins.cli.fitting import resolved_loss
    from llmdl_plugins.cli.progress import progress
    from llmdl_plugins.cli.run_folder import PastRun
    from llmdl_plugins.effects import guard
    from llmdl_plugins.errors import MisuseError
    from llmdl_plugins.losses.loss import resolve
    from llmdl_plugins.network import trainable
    from llmdl_plugins.run.executor import resolve as resolve_executor
    from llmdl_plugins.run.origin import Origin
    from llmdl_plugins.run.tools import ToolRules
    from llmdl_plugins.target import load_target
    from llmdl_plugins.training.compare import compare, transferred

    rows, ran_by = columns.read(data), resolve_executor(executor, workers)
    values: dict[str, Any] = {}
    made: dict[str, Any] = {"target": target}
    with kept():
        if Path(target).is_dir():
            past = PastRun.read(Path(target))
            network, values, loss = past.network(), past.values(candidate), loss or past.loss
            made = past.config
        else:
            network = trainable(load_target(target))
    if model and executor != "local":
        raise MisuseError("Another model is asked from this process alone: leave out --executor, or --model.")
    moved = transferred(network, model) if model else {}
    if loss is None:
        raise MisuseError("Say with --loss how rows are scored, for example --loss exact_match.")
    rules, given = ToolRules(tools, frozenset(wishes.safe_tools or ())), resolved_loss(loss)  # type: ignore[arg-type]
    with kept() as out, progress(quiet) as watcher, guard.reported():
        figures = compare(
            network,
            resolve(given, of=network.loss),
            rows,
            values,
            moved,
            concurrency=concurrency,
            watcher=watcher,
            tools=rules,
            terms=pace.terms(),
            executor=ran_by,
            origin=Origin(made, given),
        )
        say(json.dumps(figures.json()) if as_json else str(figures), out)
    if figures.score < at_least:
        sys.exit(TOO_LOW)
