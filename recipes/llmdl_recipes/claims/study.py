"""`llmdl recipes run claims`: measure what is not measured yet, and print the tables of all that is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from llmdl_recipes.claims.measured import Record
    from llmdl_recipes.claims.running import Rung
    from llmdl_recipes.claims.sorter import Sorting

PARTS = ("architectures", "feedback", "search")
_WORLDS = ("mixed", "flat", "rugged", "desk", "null")
_RUNS = 2000


def claims(
    data: Annotated[
        list[Path] | None, typer.Option(help="Rows of short texts with a label each, JSONL or CSV; may be given again.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="PROVIDER:NAME or file.py:name of the model that is asked, as local:smollm2.")
    ] = None,
    teacher: Annotated[
        str | None, typer.Option(help="Writes feedback and texts; the model itself, if not given.")
    ] = None,
    claim: Annotated[list[str] | None, typer.Option(help=f"Only this one, of {', '.join(PARTS)}.")] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Make the tables of a record; nothing is asked of a model.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where answers and the record are kept.")] = Path("runs/claims"),
    items: Annotated[int, typer.Option(min=20, help="Rows of each set that arms are measured on, at most half.")] = 100,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of the simulated rung.")] = 20,
    calls: Annotated[int, typer.Option(min=60, help="Calls of a model that each training of claim 2 may make.")] = 500,
    strategy: Annotated[str, typer.Option(help="The search that is measured.")] = "portfolio",
    concurrency: Annotated[int, typer.Option(min=1, help="Calls of the model under way at once.")] = 8,
) -> None:
    """Put the paper's three claims to a test: architectures, prompt back-propagation, search.

    Without --data the lowest rung is measured: simulated worlds, whose truth is known.  With --data and --model, that
    model is the rung.  Nothing that one rung shows stands for another.  What was measured is kept in
    FOLDER/claims.jsonl, without any text of rows, prompts or answers; the same command goes on where it was stopped.

    Example: llmdl recipes run claims --data intents.jsonl --model local:smollm2
    """
    from llmdl_plugins.cli.progress import progress
    from llmdl_plugins.errors import MisuseError
    from llmdl_plugins.printable import printable
    from llmdl_plugins.run.models import chat_model
    from llmdl_recipes.claims.measured import Record
    from llmdl_recipes.claims.running import Rung
    from llmdl_recipes.claims.searching import search_of
    from llmdl_recipes.claims.sorter import own, read
    from llmdl_recipes.claims.tables import lines

    if unknown := set(claim or ()) - set(PARTS):
        raise MisuseError(f"No claim {min(unknown)!r}: there are {', '.join(PARTS)}.")
    if bool(data) != bool(model):
        raise MisuseError("Give --data and --model together, or neither: then simulated worlds are measured.")
    if replay and not replay.is_file():
        raise MisuseError(f"There is no record {replay}: give the claims.jsonl that a run has written.")
    if replay is None and "search" in (claim or PARTS):
        search_of(strategy)  # before anything is measured
    record = Record(replay or folder / "claims.jsonl")
    parts = claim or PARTS
    if replay is None and data and model:
        provider, _, name = model.partition(":")
        sets, writes = [read(path, asked=items) for path in data], chat_model(teacher or model)
        with progress(quiet=False) as watcher:
            shown = f"{provider}:{Path(name).name}"  # where a file stands is nobody's business
            rung = Rung(shown, own(chat_model(model)), folder, concurrency, watcher)
            _asked(record, parts, rung, writes, sets, calls, strategy)
    elif replay is None:
        _simulated(record, parts, seeds, strategy)
    for line in lines(record):
        print(printable(line))


def _asked(
    record: Record,
    parts: Sequence[str],
    rung: Rung,
    teacher: Any,
    sets: Sequence[Sorting],
    calls: int,
    strategy: str,
) -> None:
    """The rung of a model; what takes least comes first."""
    from llmdl_plugins import sync
    from llmdl_recipes.claims.architectures import architectures
    from llmdl_recipes.claims.feedback import feedback
    from llmdl_recipes.claims.searching import searched
    from llmdl_recipes.claims.table import tabulated

    if "search" in parts:
        for sorting in sets:
            sync.run(tabulated(record, rung, sorting))
        searched(record, strategy)
    if "feedback" in parts:
        feedback(record, rung, teacher, sets, calls)
    if "architectures" in parts:
        sync.run(architectures(record, rung, sets))


def _simulated(record: Record, parts: Sequence[str], seeds: int, strategy: str) -> None:
    """The lowest rung: nothing is asked of a model, and the truth is known."""
    from llmdl_plugins.testing.spaces.catalogue import space_world
    from llmdl_recipes.claims import desks
    from llmdl_recipes.claims.feedback import simulated
    from llmdl_recipes.claims.searching import CLAIM, FOUND, compared

    if "architectures" in parts:
        _say("architectures: desks")
        desks.measured(record, 2 * seeds)
    if "feedback" in parts:
        _say("feedback: ours beside the same without words")
        simulated(record, range(seeds))
    if "search" in parts:
        for kind in _WORLDS:
            _say(f"search: {kind} worlds, {seeds} seeds")
            for seed in range(seeds):
                if not record.get(CLAIM, "simulated", kind, FOUND, seed):
                    record.add(compared(space_world(kind, seed), "simulated", kind, _RUNS, strategy, seed))


def _say(what: str) -> None:
    """Progress, which is no part of the tables."""
    print(f"  {what}", file=sys.stderr, flush=True)
