"""The run folder as a training uses it: opened as its own, freed of what is outdated, its result written once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from llmdl_plugins.door.calls import model_of
from llmdl_plugins.errors import RunFolderError
from llmdl_plugins.run.folder import RunFolder
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.training.result import STOPPED, Result
from llmdl_plugins.training.setup import Setup


@contextmanager
def opened(setup: Setup, meter: Meter, warn: Callable[[str], None]) -> Iterator[Ledger]:
    """The ledger of a run; the meter is told what earlier processes paid."""
    if setup.folder is None:
        with closing(Ledger()) as ledger:
            yield ledger
        return
    with setup.folder.opened(setup.config(), setup.force, warn) as ledger:
        _take_back(setup.folder, setup.force)
        ledger.clear_events()
        _paid(ledger, meter)
        yield ledger


def _take_back(folder: RunFolder, force: bool) -> None:
    """A result that says "stopped" is outdated once the run goes on, and one of another run in this folder too."""
    forced = force and bool((_told(folder, "config.json") or {}).get("forced"))
    if forced or (_told(folder, "result.json") or {}).get("status") == STOPPED:
        (folder.path / "result.json").unlink(missing_ok=True)
    if forced:
        (folder.path / "best.json").unlink(missing_ok=True)


def _paid(ledger: Ledger, meter: Meter) -> None:
    """What earlier processes paid in this folder, whether this one meets it again or not."""
    totals = ledger.totals()
    meter.paid, meter.paid_tokens = int(totals["calls"]), int(totals["tokens"])
    if meter.budget.usd is not None:
        told = [(model_of(asked), usage) for asked, usage in ledger.usages() if usage]
        meter.paid_usd = sum(meter.prices.usd(*model, usage) or 0.0 for model, usage in told)


def saved(folder: RunFolder | None, result: Result) -> Result:
    """The result, written; where this run came to the same before, that one as it was."""
    if folder is None:
        return result
    if (again := result.as_before(_told(folder, "result.json"))) is not None:
        return again
    folder.write("result.json", result.json())
    return result


def _told(folder: RunFolder, name: str) -> dict[str, Any] | None:
    """What a file of the folder says; None where it is damaged: it is written anew."""
    try:
        return folder.read(name)  # type: ignore[no-any-return]
    except RunFolderError:
        return None
