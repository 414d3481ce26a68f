"""What `export` tries on the exported application before it hands it over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from llmdl_plugins import boundary, sync
from llmdl_plugins.data import Example, load
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.network import Check, Network, Verification
from llmdl_plugins.run.remembered import NotRememberedError, Remembered

ROWS = 3
_REPETITIONS = ("sealed/1", "sealed/0", "0")


def verified(network: Network, values: Mapping[str, Any], folder: Path, rows: Path) -> Verification:
    """The messages of the exported application compared with those of the run, on rows that the run remembers.

    Args:
        network: the application.
        values: what is exported.
        folder: the run folder, whose ledger has the answers: no model is asked.
        rows: a file with rows that the run has seen.

    Raises:
        MisuseError: the run remembers none of them.
    """
    payer = Remembered(folder / "ledger.db")
    done: list[Verification] = []
    for repetition in _REPETITIONS:
        known = [r for r in load(rows) if _is_remembered(network, values, payer, r, repetition)][:ROWS]
        if known:
            with boundary.scope(payer=payer, repetition=repetition, turns=Counter()):
                done.append(network.verify([dict(r.inputs) for r in known], values))
            return done[0]
    raise MisuseError(
        f"The run in {folder} remembers no answers to a row of {rows} with these values, so nothing can be compared "
        "without paying: give the file that it was trained or tested on."
    )


def _is_remembered(
    network: Network, values: Mapping[str, Any], payer: Remembered, row: Example, repetition: str
) -> bool:
    with boundary.scope(payer=payer, repetition=repetition, turns=Counter()), network.using(values):
        try:
            sync.run(network.trace(dict(row.inputs)))
        except NotRememberedError:
            return False
    return True


def unchanged(network: Network, values: Mapping[str, Any], rows: Path | None) -> Sequence[Check]:
    """What a reviewer relies on, tried; where the application can't be exported as a graph, why."""
    inputs = dict(next(iter(load(rows))).inputs) if rows else None
    try:
        return network.unchanged(values, inputs)
    except MisuseError as error:
        return [Check("nodes, edges and schemas", None, str(error))]
