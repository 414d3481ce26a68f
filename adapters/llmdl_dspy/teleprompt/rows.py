"""Train rows as DSPy has them, and back: a teleprompter is shown nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dspy

from llmdl_plugins.data import Example
from llmdl_plugins.errors import DataError
from llmdl_plugins.plain import digest, plain
from llmdl_plugins.run.foreign.halves import halves
from llmdl_plugins.run.lint import copied

TURNS = "turns"


class Row(dspy.Example):  # type: ignore[misc]
    """A train row as a `dspy.Example`."""

    def __hash__(self) -> int:
        return hash(digest(plain(self.toDict())))


class Rows:
    """The train rows of a problem; of rows with equal inputs the first.

    Args:
        rows: of the problem.
        seed: cuts the validation set.

    Raises:
        DataError: there are not two that differ in what goes in.
    """

    def __init__(self, rows: Sequence[Example], seed: int) -> None:
        self._by_inputs: dict[str, Example] = {}
        for row in rows:
            self._by_inputs.setdefault(digest(given(row)), row)
        if len(self._by_inputs) < 2:
            raise DataError("DSPy's optimizers need at least two train rows with different inputs.")
        self._by_fields = {digest(as_row(row).toDict()): row for row in self._by_inputs.values()}
        self._every, self._quoted = rows, dict[str, list[Example]]()
        self._seed = seed

    def shown_by(self, demo: Mapping[str, Any]) -> Example | None:
        """The row that a demonstration is, with all its fields; None where a run of the network made it."""
        return self._by_fields.get(digest(dict(demo.items())))

    def quoted_by(self, text: str) -> list[Example]:
        """The rows that a worked example shows, near duplicates too: copied where it is not on purpose."""
        if text not in self._quoted:
            self._quoted[text] = [row for row in self._every if copied(text, "", [row])]
        return self._quoted[text]

    def row(self, inputs: Mapping[str, Any]) -> Example:
        """The row that has these inputs.

        Raises:
            DataError: none has.
        """
        found = self._by_inputs.get(digest(dict(inputs)))
        if found is None:
            raise DataError(f"No train row has the inputs {sorted(inputs)} that an optimizer of DSPy asks to run.")
        return found

    def all(self) -> list[Row]:
        """Every row."""
        return [as_row(row) for row in self._by_inputs.values()]

    def halves(self) -> tuple[list[Row], list[Row]]:
        """The rows to learn from, and a validation set that is cut from them."""
        train, val = halves(list(self._by_inputs.values()), self._seed)
        return [as_row(row) for row in train], [as_row(row) for row in val]


def given(row: Example) -> dict[str, Any]:
    """What goes into the application, by name; all turns of a conversation under one."""
    return {TURNS: list(row.given)} if row.has_turns else dict(row.inputs)


def as_row(row: Example) -> Row:
    """A row with its inputs marked; an expected key that is also an input is told apart."""
    inputs, expected = given(row), row.expected
    named = expected if isinstance(expected, Mapping) else {"expected": expected}
    labels = {f"expected_{key}" if key in inputs else str(key): value for key, value in named.items()}
    made: Row = Row(**inputs, **labels).with_inputs(*inputs)
    return made
