"""Data: every readable source gives the same examples, and every fault names file, line, key and the way out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from llmdl_plugins.data import Dataset, Example
from llmdl_plugins.errors import DataError
from llmdl_plugins.loading import load

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
        ("latin.jsonl", b'{"inputs": {"q": "\xe9"}}', "latin.jsonl line 1 is not UTF-8"),
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


TURN = {"inputs": {"q": "one"}, "expected": "1"}


def test_a_row_may_have_turns_answers_a_context_and_a_configuration() -> None:
    given = {"turns": [TURN, {"inputs": {"q": "two"}, "resume": ["yes"]}], "context": {"user": "u"}, "id": "a"}
    (row,) = load([given])
    assert [(t.inputs, t.expected, t.resume) for t in row.turns] == [
        ({"q": "one"}, "1", ()),
        ({"q": "two"}, None, ("yes",)),
    ]
    assert (row.inputs, row.expected, row.id, row.extras.context) == ({"q": "one"}, None, "a", {"user": "u"})
    (plain,) = load([{**ROW, "resume": {"node": "yes"}, "config": {"configurable": {"user_id": "u"}}}])
    assert plain.turns[0].resume == {"node": "yes"} and plain.extras.config == {"configurable": {"user_id": "u"}}


def test_what_goes_in_beyond_inputs_is_part_of_the_key_of_a_row() -> None:
    rows = [ROW, {**ROW, "resume": ["a"]}, {**ROW, "resume": ["b"]}, {**ROW, "context": {"x": 1}}, {"turns": [TURN]}]
    keys = [load([row])[0].key for row in rows]
    assert len(set(keys)) == len(keys) and keys[0] == Example(ROW["inputs"], ROW["expected"], "x").key  # type: ignore[arg-type]
    twins = [load([{"turns": [TURN, {"inputs": {"q": second}}]}])[0].twin_key for second in ("Two!", "two", "three")]
    assert twins[0] == twins[1] != twins[2]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"turns": []}, 'row 0: "turns" must be a list of one turn or more'),
        ({"turns": "x"}, '"turns" must be a list'),
        ({"turns": ["x"]}, "row 0, turn 1 is not an object with keys, but a str"),
        ({"turns": [TURN, {"expected": 1}]}, 'row 0, turn 2: "inputs" must be an object'),
        ({"turns": [{"inputs": {}}]}, 'row 0 expects nothing: give one of its turns an "expected"'),
        ({"turns": [TURN], "expected": 1}, 'row 0 has "turns", so its "expected" belongs into one of them'),
        ({"turns": [{**TURN, "resume": "yes"}]}, 'row 0, turn 1: "resume" must be a list of answers in order'),
        ({**ROW, "resume": 3}, 'row 0: "resume" must be a list'),
        ({**ROW, "context": "u"}, 'row 0: "context" must be an object with keys, not a str'),
        ({**ROW, "config": {"user_id": 1}}, 'row 0: "config" must look like {"configurable": {…}}; it has'),
    ],
)
def test_a_fault_in_what_a_row_has_beyond_names_row_turn_and_key(row: dict[str, object], said: str) -> None:
    with pytest.raises(DataError) as raised:
        load([row])
    assert said in str(raised.value)


def test_columns_of_flat_rows_are_never_taken_for_settings() -> None:
    (row,) = load([{"q": 1, "a": 2, "context": "text", "turns": 3, "resume": "x"}], inputs=["q"], expected="a")
    assert row.extras == load([ROW])[0].extras


def test_the_rows_of_the_documentation_load() -> None:
    text = (Path(__file__).parent.parent / "docs" / "data.md").read_text(encoding="utf-8")
    rows = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.S)]
    assert [len(example.turns) for example in load([{**row, "id": n} for n, row in enumerate(rows)])] == [1, 1, 1, 2]


def test_what_a_table_leaves_empty_is_not_there() -> None:
    empty = {"turns": None, "resume": float("nan"), "context": float("nan"), "config": None}
    assert load([{**ROW, **empty}])[0] == load([ROW])[0]
    assert load([{"turns": [TURN], "inputs": None, "expected": None, "resume": None}])[0].has_turns
