"""`llmdl doctor`: what is to be done before a run is paid for."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from llmdl_plugins.cli import asking, confined, options, plugged

if TYPE_CHECKING:
    from llmdl_plugins.training.doctor.case import Case
    from llmdl_plugins.training.doctor.finding import Diagnosis

_CALLS = 120


def doctor(
    target: options.Application,
    loss: options.Loss,
    data: options.Data = None,
    train: options.Train = None,
    val: options.Val = None,
    test: Annotated[Path | None, typer.Option(help="Sealed examples; they are counted, never run.")] = None,
    calls: Annotated[int, typer.Option(min=0, help="Model calls that may be made, on train rows.")] = _CALLS,
    no_calls: Annotated[bool, typer.Option("--no-calls", help="Send nothing.")] = False,
    optimizer: options.Optimizer = "auto",
    teacher: Annotated[str | None, typer.Option(help="As in fit; it writes the prompts that are compared.")] = None,
    budget: Annotated[str | None, typer.Option(help="That of the run to come.")] = None,
    prices: options.Prices = None,
    only: options.Only = None,
    freeze: options.Freeze = None,
    unfreeze: options.Unfreeze = None,
    inputs: options.Inputs = "",
    expected: options.Expected = None,
    concurrency: options.Concurrency = 8,
    rpm: asking.Requests = None,
    tpm: asking.Tokens = None,
    timeout: asking.Timeout = 600,
    rollout_timeout: asking.RolloutTimeout = 1800,
    tools: options.Tools = "live",
    seed: options.Seed = 0,
    allow_host: confined.Hosts = None,
    safe_tool: confined.Tools = None,
    allow_write: confined.Writes = None,
    allow_program: confined.Programs = None,
    allow_native: confined.Natives = None,
    env: confined.Variables = None,
    plugin: plugged.Plugins = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Look at rows, noise, power, headroom of prompts and side effects before a run is paid for.

    A line each: ok, !! where something is to be done first, ?? where it can't be told yet.  Exit code 1 with any !!.

    Example: llmdl doctor app.py:graph --data rows.jsonl --loss exact_match --calls 200
    """
    wishes = confined.Wishes(allow_host, safe_tool, allow_write, allow_program, allow_native, env)
    confined.confined(target, wishes)

    from llmdl_plugins.cli.fitting import application, one_source, read_prices, read_rows, resolved_loss, shaping
    from llmdl_plugins.cli.output import kept
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
        return read_rows(path, inputs, expected) if path else None

    rows, *more = read_rows(one_source(data, train), inputs, expected), loaded(val), loaded(test)
    try:
        splits, unsplit = split(rows, *more, seed=seed), ""
    except DataError as error:
        splits, unsplit = None, str(error)
    network = application(target)
    with kept() as out, progress(quiet) as watcher:
        model = chat_model(teacher)
        case = Case(
            network,
            resolve(resolved_loss(loss), model, network.loss),
            [row for part in (rows, *more) if part for row in part],
            splits,
            resolve_optimizer(optimizer, model is not None),
            unsplit=unsplit,
            teacher=model,
            budget=Budget.parse(budget),
            prices=Prices(read_prices(prices)),
            tools=ToolRules(tools, frozenset(safe_tool or ())),  # type: ignore[arg-type]  # it checks the word
            terms=asking.terms(timeout, rollout_timeout, rpm, tpm),
            concurrency=concurrency,
            seed=seed,
            calls=0 if no_calls else calls,
            shape=shaping(unfreeze, only, freeze),
        )
        diagnosis = examine(case, watcher)
        _print(case, diagnosis, as_json, out)
    sys.exit(0 if diagnosis.is_fine else 1)


def _print(case: Case, diagnosis: Diagnosis, as_json: bool, out: Any) -> None:
    from llmdl_plugins.printable import printable
    from llmdl_plugins.training.doctor.proof import table
    from llmdl_plugins.training.result import spending
    from llmdl_plugins.training.sealed import units

    if as_json:
        print(printable(json.dumps(diagnosis.json())), file=out)
        return
    for finding in diagnosis.findings:
        print(printable(str(finding)), file=out)
    if case.splits is not None:
        print(f"\n{table(units(case.splits))}", file=out)
    if case.calls:
        print(f"\nspent: {spending(diagnosis.spent)}", file=out)
