"""Splits: cut once, the same for the same seed, disjoint, and nothing that is alike is parted."""

from __future__ import annotations

from typing import Any

import pytest

from llmdl_plugins.data import Dataset, Example
from llmdl_plugins.errors import DataError
from llmdl_plugins.loading import load
from llmdl_plugins.splits import Splits, split


def rows(n: int, start: int = 0, **more: Any) -> Dataset:
    return Dataset(
        [Example({"q": f"number {i}"}, str(i), str(i), **more) for i in range(start, start + n)], "rows.jsonl"
    )


def homes(splits: Splits) -> dict[str, str]:
    return {e.id: part for part in ("train", "val", "test") for e in getattr(splits, part)}


@pytest.mark.parametrize(("n", "val", "test"), [(32, 8, 16), (100, 20, 30), (2_000, 100, 200)])
def test_missing_splits_are_cut_from_train_and_are_disjoint(n: int, val: int, test: int) -> None:
    splits = split(rows(n))
    assert (len(splits.train), len(splits.val), len(splits.test)) == (n - val - test, val, test)
    assert len(homes(splits)) == n


def test_the_same_seed_cuts_the_same_and_another_one_does_not() -> None:
    assert split(rows(100)).fingerprint == split(rows(100)).fingerprint
    assert split(rows(100)).fingerprint != split(rows(100), seed=1).fingerprint


@pytest.mark.parametrize("n", [1, 20, 31])
def test_too_few_rows_are_refused_with_the_number_that_is_needed(n: int) -> None:
    with pytest.raises(DataError, match=r"rows.jsonl has too few rows: .* needs at least .* at least 32 rows in all"):
        split(rows(n))


def test_rows_that_can_not_be_parted_are_named_where_they_make_it_too_few() -> None:
    with pytest.raises(DataError, match=r"Of its 100 rows 1 can be parted: rows of a group, and near-duplicates"):
        split(rows(100, group="one customer"))


def test_a_small_test_file_is_named_itself() -> None:
    small = Dataset(list(rows(3, 1_000)), "test.jsonl")
    with pytest.raises(DataError, match=r"test.jsonl has too few rows: test would have 3"):
        split(rows(50), test=small)


@pytest.mark.parametrize("leaky", ["train", "val"])
def test_a_test_row_in_training_data_is_refused(leaky: str) -> None:
    parts = {"train": rows(50), "val": rows(20, 500), "test": rows(20, 1_000)}
    parts[leaky] = Dataset([*parts[leaky], Example({"q": "number 1003"}, "1003", "leak")])
    with pytest.raises(DataError, match=r"Test row '1003' also stands in training data .row 'leak'."):
        split(parts["train"], parts["val"], parts["test"])


def test_near_duplicates_of_test_rows_are_reported() -> None:
    train = Dataset([*rows(50), Example({"q": "Number 1003!"}, "1003", "near")])
    assert split(train, test=rows(20, 1_000)).twins == ["near"]


def test_groups_and_near_duplicates_are_never_parted() -> None:
    data = [
        {
            "inputs": {"q": f"{'Case' if copy else 'case'} {i}{'!' * copy}"},
            "expected": i,
            "group": f"g{i // 3}" if copy else None,
        }
        for i in range(60)
        for copy in range(2)
    ]
    for seed in range(10):
        splits = split(load(data), seed=seed)
        where = homes(splits)
        assert all(
            len({where[str(2 * i + copy)] for i in (k, k + 1, k + 2) for copy in (0, 1)}) == 1 for k in range(0, 60, 3)
        )
        assert splits.twins == []


def test_a_group_too_large_for_test_stays_in_train() -> None:
    data = Dataset([*rows(60, group="one customer"), *rows(60, 100)])
    for seed in range(5):
        splits = split(data, seed=seed)
        assert (len(splits.test), len(splits.val)) == (36, 24)
        assert {e.group for e in splits.test} == {None}


def test_equal_rows_of_two_groups_do_not_break_the_cut() -> None:
    data = [{"inputs": {"q": i}, "expected": i, "group": f"{name}{i}"} for i in range(40) for name in "ab"]
    assert all(split(load(data), seed=seed) for seed in range(5))
