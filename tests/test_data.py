"""Data: every readable source gives the same examples, and every fault names file, line, key and the way out."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from llmdl_plugins.data import Dataset, Example, load
from llmdl_plugins.errors import DataError

ROW = {"inputs": {"q": "2 + 2"}, "expected": "4"}


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_jsonl_is_read_with_bom_crlf_blank_lines_and_line_separators_in_strings(tmp_path: Path) -> None:
    rows = [{"inputs": {"q": "a\u2028b\x85c"}, "expected": "x"}, ROW]
    text = "\ufeff\r\n" + "\r\n\r\n".join(json.dumps(r, ensure_ascii=False) for r in rows) + "\r\n"
    data = load(written(tmp_path / "rows.jsonl", text))
    assert [e.inputs for e in data] == [{"q": "a\u2028b\x85c"}, {"q": "2 + 2"}]
    assert [e.id for e in data] == ["2", "4"]


def test_csv_is_read_with_bom_and_lines_inside_cells(tmp_path: Path) -> None:
    path = written(tmp_path / "rows.CSV", '\ufeffq,a,id\r\n"one\ntwo",1,x\r\n"three, four",2,y\r\n')
    data = load(path, inputs=["q"], expected="a")
    assert [(e.inputs, e.expected, e.id) for e in data] == [
        ({"q": "one\ntwo"}, {"a": "1"}, "x"),
        ({"q": "three, four"}, {"a": "2"}, "y"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("bad.jsonl", '{"inputs": {}, "expected": 1}\n\n{"inputs": ', "bad.jsonl line 3 is not JSON"),
        ("latin.jsonl", b'{"inputs": {"q": "\xe9"}}', "latin.jsonl line 1 is not JSON"),
        ("list.jsonl", "[1, 2]\n", "list.jsonl line 1 is not an object with keys, but a list"),
        (
            "keys.jsonl",
            '{"inputs": {"q": "x"}, "answer": 1}\n',
            'keys.jsonl line 1 has no "expected" (it has [\'answer',
        ),
        ("flat.jsonl", '{"inputs": "x", "expected": 1}\n', '"inputs" must be an object'),
        ("empty.jsonl", "", "empty.jsonl has no rows"),
        ("blank.jsonl", "\n \r\n", "blank.jsonl has no rows"),
        ("cells.csv", "q,a\n1,2\n1,2,3\n", "cells.csv line 3 has not as many cells as the header"),
        ("short.csv", "q,a\n1\n", "short.csv line 2 has not as many cells as the header"),
        ("quote.csv", 'q,a\n"x" y,2\n', "quote.csv line 2 is not UTF-8 CSV"),
        ("latin.csv", b"q,a\n\xe9,2\n", "latin.csv line 1 is not UTF-8 CSV"),
        ("header.csv", "q,a\n", "header.csv has no rows"),
        (
            "twice.jsonl",
            '{"inputs": {}, "expected": 1, "id": "r"}\n{"inputs": {}, "expected": 2, "id": "r"}\n',
            "id 'r' stands on more than one row",
        ),
    ],
)
def test_a_fault_in_a_file_names_its_place(tmp_path: Path, name: str, text: str | bytes, said: str) -> None:
    with pytest.raises(DataError) as raised:
        load(written(tmp_path / name, text), **({"inputs": ["q"], "expected": "a"} if name.endswith("csv") else {}))
    assert said in str(raised.value)


def test_a_missing_file_and_a_directory_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no data file"):
        load(tmp_path / "none.jsonl")
    with pytest.raises(DataError, match="is a directory"):
        load(tmp_path)


def test_flat_rows_need_both_names_and_every_key() -> None:
    assert load([{"q": 1, "a": 2, "id": 7, "group": 3}], inputs=["q"], expected="a")[0] == Example(
        {"q": 1}, {"a": 2}, "7", "3"
    )
    with pytest.raises(DataError, match="both --inputs and --expected"):
        load([{"q": 1, "a": 2}], inputs=["q"])
    with pytest.raises(DataError, match='row 1 has no "a"'):
        load([{"q": 1, "a": 2}, {"q": 1, None: 2}], inputs=["q"], expected="a")


def test_a_pandas_frame_is_read_by_its_rows() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"q": ["x", "y"], "a": [1, 2]})
    assert [(e.inputs, e.expected) for e in load(frame, inputs=["q"], expected="a")] == [
        ({"q": "x"}, {"a": 1}),
        ({"q": "y"}, {"a": 2}),
    ]


def test_dspy_examples_are_read_by_their_marked_inputs() -> None:
    row = SimpleNamespace(inputs=lambda: {"q": "x"}, labels=lambda: {"a": "y"})
    assert load([row])[0] == Example({"q": "x"}, {"a": "y"}, "0")

    def unmarked() -> Any:
        raise ValueError("Inputs have not been set")

    with pytest.raises(DataError, match="row 0: mark the inputs"):
        load([SimpleNamespace(inputs=unmarked, labels=dict)])


@pytest.mark.parametrize("source", [3, None, object()])
def test_what_holds_no_rows_is_refused(source: Any) -> None:
    with pytest.raises(DataError, match="Can't read examples"):
        load(source)


def test_a_dataset_is_taken_as_it_is_and_its_fingerprint_is_that_of_its_rows() -> None:
    data = load([ROW, {**ROW, "expected": "5"}])
    assert load(data) is data and isinstance(data, Dataset)
    assert data.fingerprint == load([ROW, {**ROW, "expected": "5"}]).fingerprint != load([ROW]).fingerprint


@pytest.mark.parametrize(
    ("one", "other", "twins"),
    [
        ("Where is it?", "where  is it", True),
        ("“Yes.”", "yes!", True),
        ("2 + 2", "2 - 2", False),
        ("2*2", "2/2", False),
        ("north", "south", False),
    ],
)
def test_near_duplicates_differ_in_case_spaces_and_punctuation_only(one: str, other: str, twins: bool) -> None:
    keys = {Example({"q": q}, "x", "1").twin_key for q in (one, other)}
    assert (len(keys) == 1) is twins
