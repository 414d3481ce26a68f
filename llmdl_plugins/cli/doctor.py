"""`llmdl doctor`: what is to be done before a run is paid for."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from llmdl_plugins.cli import confined, options, plugged
from llmdl_plugins.cli.grouped import grouped
from llmdl_plugins.cli.output import kept, say
from llmdl_plugins.cli.pace import Pace

if TYPE_CHECKING:
    from llmdl_plugins.training.doctor.case import Case
    from llmdl_plugins.training.doctor.finding import Diagnosis

_CALLS = 120


@grouped
def doctor(
    target: options.Application,
    loss: options.Loss,
    *,
    rows: options.Rows,
    test: Annotated[Path | None, typer.Option(help="Sealed examples; they are counted, never run.")] = None,
    calls: Annotated[int, typer.Option(min=0, help="Model calls that may be made, on train rows.")] = _CALLS,
    no_calls: Annotated[bool, typer.Option("--no-calls", help="Send nothing.")] = False,
    optimizer: options.Optimizer = "auto",
    teacher: Annotated[str | None, typer.Option(help="As in fit; it writes the prompts that are compared.")] = None,
    budget: Annotated[str | None, typer.Option(help="That of the run to come.")] = None,
    prices: options.Prices = None,
    trained: options.Trained,
    columns: options.Columns,
    concurrency: options.Concurrency = 8,
    pace: Pace,
    tools: options.Tools = "live",
    seed: options.Seed = 0,
    wishes: confined.Wishes,
    plugin: plugged.Plugins = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Look at rows, noise, power, headroom of prompts and side effects before a run is paid for.

    A line each: ok, !! where something is to be done first, ?? where it can't be told yet.  Exit code 1 with any !!.

    Example: llmdl doctor app.py:graph --data rows.jsonl --loss exact_match --calls 200
    """
    confined.confined(target, wishes)

    from llmdl_plugins.cli.fitting import application, read_prices, resolved_loss
    from llmdl_plugins.cli.progress import progress
    from llmdl_plugins.data import Dataset
    from llmdl_plugins.errors import DataError
    from llmdl_plugins.losses.loss import resolve
    from llmdl_plugins.run.budget import Budget
    from llmdl_plugins.run.models import chat_model
    from llmdl_plugins.run.optimizer import resolve as resolve_optimizer
    from llmdl_plugins.run.prices import Prices
    from llmdl_plugins.run.tools import ToolRules
    from llmdl_plugins.splits import split
    from llmdl_plugins.training.doctor.case import Case
    from llmdl_plugins.training.doctor.examine import examine

    def loaded(path: Path | None) -> Dataset | None:
        return columns.read(path) if path else None

    train, *more = columns.read(rows.source()), loaded(rows.val), loaded(test)
    try:
        splits, unsplit = split(train, *more, seed=seed), ""
    except DataError as error:
        splits, unsplit = None, str(error)
    network = application(target)
    with kept() as out, progress(quiet) as watcher:
        model = chat_model(teacher)
        case = Case(
            network,
            resolve(resolved_loss(loss), model, network.loss),
            [row for part in (train, *more) if part for row in part],
            splits,
            resolve_optimizer(optimizer, model is not None),
            unsplit=unsplit,
            teacher=model,
            budget=Budget.parse(budget),
            prices=Prices(read_prices(prices)),
            tools=ToolRules(tools, frozenset(wishes.safe_tools or ())),  # type: ignore[arg-type]  # it checks the word
            terms=pace.terms(),
            concurrency=concurrency,
            seed=seed,
            calls=0 if no_calls else calls,
            shape=trained.shape,
        )
        diagnosis = examine(case, watcher)
        _print(case, diagnosis, as_json, out)
    sys.exit(0 if diagnosis.is_fine else 1)


def _print(case: Case, diagnosis: Diagnosis, as_json: bool, out: Any) -> None:
    from llmdl_plugins.training.doctor.proof import table
    from llmdl_plugins.training.result import spending
    from llmdl_plugins.training.sealed import units

    if as_json:
        say(json.dumps(diagnosis.json()), out)
        return
    for finding in diagnosis.findings:
        say(str(finding), out)
    if case.splits is not None:
        say(f"\n{table(units(case.splits))}", out)
    if case.calls:
        say(f"\nspent: {spending(diagnosis.spent)}", out)
