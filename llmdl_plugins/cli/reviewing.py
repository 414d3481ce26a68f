"""What `export` tries on the exported application before it hands it over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import Any

from llmdl_plugins import sync
from llmdl_plugins.checks import Check, Verification
from llmdl_plugins.data import Dataset, Example
from llmdl_plugins.door import boundary
from llmdl_plugins.errors import LlmdlError, MisuseError
from llmdl_plugins.network import Network
from llmdl_plugins.run.remembered import NotRememberedError, Remembered, Unrecorded

ROWS = 3
_TRIED = 200
_REPETITIONS = ("sealed/1", "sealed/0", "0")


def verified(network: Network, values: Mapping[str, Any], folder: Path, rows: Dataset) -> Verification:
    """The messages of the exported application compared with those of the run, on rows that the run remembers.

    Args:
        network: the application.
        values: what is exported.
        folder: the run folder, whose ledger has the answers: no model is asked.
        rows: some that the run has seen.

    Raises:
        MisuseError: the run remembers none of them.
    """
    payer = Remembered(folder / "ledger.db")
    plain = [row for row in rows if not row.has_extras][:_TRIED]

    def are_known(some: Sequence[Example], repetition: str) -> Iterator[Example]:
        return (row for row in some if _is_remembered(network, values, payer, row, repetition))

    # Nodes act while they are looked at: row by row, and no further than three.
    for n, row in enumerate(plain, 1):
        for repetition in _REPETITIONS:
            if found := list(are_known([row], repetition)):
                known = [*found, *islice(are_known(plain[n:], repetition), ROWS - 1)]
                with _looked_at(payer, repetition):
                    return network.verify([dict(row.inputs) for row in known], values)
    raise MisuseError(
        f"The run in {folder} remembers no answers to a row of {rows.origin} with these values, so nothing can be "
        "compared without paying: give the file that it was trained or tested on. Rows with turns, answers, a context "
        "or a configuration of their own are not compared."
    )


def _looked_at(payer: Remembered, repetition: str) -> AbstractContextManager[boundary.Scope]:
    return boundary.scope(payer=payer, tools=Unrecorded(), repetition=repetition, turns=Counter(), refused=[])


def _is_remembered(
    network: Network, values: Mapping[str, Any], payer: Remembered, row: Example, repetition: str
) -> bool:
    with _looked_at(payer, repetition), network.using(values):
        try:
            sync.run(network.trace(dict(row.inputs)))
        except NotRememberedError:
            return False
        except LlmdlError:
            raise
        except Exception as error:
            raise MisuseError(
                f"Row {row.id!r} can't be replayed: the application raised {type(error).__name__}: {error}. "
                "Give it the settings that it had in the run."
            ) from error
    return True


def unchanged(network: Network, values: Mapping[str, Any], rows: Dataset | None) -> Sequence[Check]:
    """What a reviewer relies on, tried; where the application can't be exported as a graph, why."""
    inputs = dict(rows[0].inputs) if rows else None
    try:
        return network.unchanged(values, inputs)
    except MisuseError as error:
        return [Check("nodes, edges and schemas", None, str(error))]
