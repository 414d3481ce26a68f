"""Train, val and test: cut once, disjoint, and never looked into by training beyond what each is for."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from llmdl_plugins.data import Dataset, Example
from llmdl_plugins.errors import DataError
from llmdl_plugins.plain import digest

SMALLEST = {"train": 8, "val": 8, "test": 16}
_SHARE = {"val": 0.2, "test": 0.3}
_MOST = {"val": 100, "test": 200}


@dataclass(frozen=True)
class Splits:
    """Three disjoint sets of examples; `twins` names rows of train or val that have a near-duplicate in test."""

    train: Sequence[Example]
    val: Sequence[Example]
    test: Sequence[Example]
    twins: Sequence[str] = ()

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The groups of test rows that training sees rows of too, where splits were given: kinds of rows."""
        return frozenset(e.group for e in [*self.train, *self.val] if e.group) & {e.group for e in self.test}

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all three, in order."""
        return digest(*([e.key for e in part] for part in (self.train, self.val, self.test)))


def split(train: Dataset, val: Dataset | None = None, test: Dataset | None = None, *, seed: int = 0) -> Splits:
    """Cut what is missing from train: 30 % test, at most 200 rows; 20 % val, at most 100.

    Rows of one group, and near-duplicates, stay together.

    Raises:
        DataError: too few rows (says how many are needed), or test rows that also stand in train or val.
    """
    rest = list(train)
    parts: dict[str, Sequence[Example]] = {}
    for name, given in (("test", test), ("val", val)):
        if given is not None:
            parts[name] = list(given)
        else:
            parts[name], rest = _cut(rest, _size(name, len(train)), digest(seed, name))
    splits = Splits(rest, parts["val"], parts["test"], _twins([*rest, *parts["val"]], parts["test"]))
    _check(splits, {"train": train, "val": val or train, "test": test or train})
    return splits


def _size(name: str, rows: int) -> int:
    return max(SMALLEST[name], min(_MOST[name], round(rows * _SHARE[name])))


def _cut(rows: list[Example], size: int, seed: str) -> tuple[list[Example], list[Example]]:
    """About `size` rows, whole clusters at a time, and the rest."""
    order = _clusters(rows)
    random.Random(seed).shuffle(order)
    # A cluster that is too large for this part goes to the rest.
    order.sort(key=lambda cluster: len(cluster) > size)
    taken: list[Example] = []
    for n, cluster in enumerate(order):
        if len(taken) >= size:
            return taken, [row for kept in order[n:] for row in kept]
        taken += cluster
    return taken, []


def _clusters(rows: Sequence[Example]) -> list[list[Example]]:
    """Rows that share a group or are near-duplicates, directly or through others."""
    homes: dict[str, str] = {}
    for row in rows:
        if row.group is not None:
            homes[_home(homes, row.twin_key)] = _home(homes, f"group {row.group}")
    clusters: dict[str, list[Example]] = {}
    for row in rows:
        clusters.setdefault(_home(homes, row.twin_key), []).append(row)
    return list(clusters.values())


def _home(homes: dict[str, str], mark: str) -> str:
    """The mark that stands for all marks joined with this one (union-find, Tarjan, 1975)."""
    while homes.setdefault(mark, mark) != mark:
        homes[mark] = mark = homes[homes[mark]]
    return mark


def _kept_together(rows: Sequence[Example]) -> str:
    """That there are fewer rows to deal out than it looks."""
    if (apart := len(_clusters(rows))) == len(rows):
        return ""
    return f" Of its {len(rows)} rows {apart} can be parted: rows of a group, and near-duplicates, stay together."


def _twins(seen: Iterable[Example], test: Sequence[Example]) -> list[str]:
    sealed = {e.twin_key for e in test}
    return [e.id for e in seen if e.twin_key in sealed]


def _check(splits: Splits, sources: Mapping[str, Dataset]) -> None:
    for name, least in SMALLEST.items():
        if (have := len(getattr(splits, name))) < least:
            raise DataError(
                f"{sources[name].origin} has too few rows: {name} would have {have} and needs at least {least}. "
                f"Give at least {sum(SMALLEST.values())} rows in all, or files for --val and --test."
                f"{_kept_together(list(sources[name]))}"
            )
    sealed = {e.key: e.id for e in splits.test}
    for row in (*splits.train, *splits.val):
        if row.key in sealed:
            raise DataError(
                f"Test row {sealed[row.key]!r} also stands in training data (row {row.id!r}): "
                "take it out of one of them, or the result would prove nothing."
            )
