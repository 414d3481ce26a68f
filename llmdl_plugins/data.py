"""Examples: what goes in and what should come out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

from llmdl_plugins.errors import DataError
from llmdl_plugins.plain import ATOMS, copied, digest, plain
from llmdl_plugins.rows import NOTHING_MORE, Extras, Turn

_PUNCTUATION = re.compile(r"[\s.,;:!?'\"“”‘’„«»()\[\]{}…_\\]+")


@dataclass(frozen=True)
class Example:
    """One row: `inputs` go into the application, `expected` is held against what comes out.

    Rows of one `group` (near-duplicates, one customer …) are never parted between splits.  Of a row with several turns
    `inputs` are those of the first and `expected` is that of the last.
    """

    inputs: Mapping[str, Any]
    expected: Any
    id: str
    group: str | None = None
    extras: Extras = NOTHING_MORE

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """What is said to the application, one after the other; of a plain row the one thing."""
        return self.extras.turns or (Turn(self.inputs, self.expected, self.extras.resume),)

    @property
    def has_turns(self) -> bool:
        """Whether the row is a conversation, so that no single output answers its inputs."""
        return bool(self.extras.turns)

    @property
    def has_extras(self) -> bool:
        """Whether the row has more than inputs and expected."""
        return self.extras is not NOTHING_MORE and self.extras != NOTHING_MORE

    @property
    def given(self) -> Any:
        """All that goes in: the inputs, or those of each turn."""
        return [turn.inputs for turn in self.turns] if self.has_turns else self.inputs

    def copied(self) -> Example:
        """The same row, for code that may change what it is given."""
        if self._is_flat:
            return Example({**self.inputs}, {**self.expected}, self.id, self.group, NOTHING_MORE)
        more = deepcopy(self.extras) if self.has_extras else NOTHING_MORE
        return Example(copied(self.inputs), copied(self.expected), self.id, self.group, more)

    @cached_property
    def _is_flat(self) -> bool:
        """Whether texts and numbers by name are all that it holds."""
        held = (self.inputs, self.expected)
        return not self.has_extras and all(type(d) is dict and ATOMS.issuperset(map(type, d.values())) for d in held)

    @cached_property
    def key(self) -> str:
        """A hash of all that goes in and is expected."""
        more = (plain(self.extras),) if self.has_extras else ()
        return digest(self.inputs, self.expected, *more)

    @cached_property
    def twin_key(self) -> str:
        """Equal for inputs that differ only in case, spaces and punctuation; signs of arithmetic are kept."""
        return digest(_PUNCTUATION.sub(" ", str(plain(self.given))).casefold())


class Dataset(Sequence[Example]):
    """Examples with distinct ids, and where they came from."""

    def __init__(self, rows: Iterable[Example], origin: str = "a list") -> None:
        self.rows, self.origin = tuple(rows), origin
        if not self.rows:
            raise DataError(f"{origin} has no rows.")
        twice = [name for name, n in Counter(r.id for r in self.rows).items() if n > 1]
        if twice:
            raise DataError(f"{origin}: id {twice[0]!r} stands on more than one row; ids must be distinct.")

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all rows, in order."""
        return digest([r.key for r in self.rows])

    @overload
    def __getitem__(self, index: int) -> Example: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Example]: ...
    def __getitem__(self, index: int | slice) -> Example | Sequence[Example]:
        return self.rows[index]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Example]:
        return iter(self.rows)


def text_key(examples: Sequence[Example]) -> str:
    """The input key that holds the text to work on: `messages`, or the one with the longest texts.

    Raises:
        DataError: no key holds texts.
    """
    first = examples[0].inputs
    if "messages" in first:
        return "messages"
    lengths = {key: sum(len(str(e.inputs.get(key))) for e in examples) for key in first if isinstance(first[key], str)}
    if not lengths:
        raise DataError(f"No input key holds text (keys: {sorted(first)}), so no worked examples can be shown.")
    return max(lengths, key=lengths.__getitem__)


def gaps(examples: Sequence[Example]) -> Iterator[str]:
    """Each input key that nineteen of twenty rows have and some have not, in words: a slip, most likely.

    >>> from llmdl_plugins.loading import load
    >>> rows = [{"inputs": {"text": "a"}, "expected": "b"}] * 39 + [{"inputs": {"txet": "a"}, "expected": "b"}]
    >>> list(gaps(load(rows)))
    ["row '39' has no 'text', which the other 39 have"]
    """
    held = Counter(key for e in examples for key in e.inputs)
    for key, times in held.items():
        lacking = [e.id for e in examples if key not in e.inputs] if 0.95 <= times / len(examples) < 1 else []
        if lacking:
            which = f"row {lacking[0]!r}" if len(lacking) == 1 else f"{len(lacking)} rows, {lacking[0]!r} among them,"
            yield f"{which} {'has' if len(lacking) == 1 else 'have'} no {key!r}, which the other {times} have"
