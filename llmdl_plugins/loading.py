"""Examples from a file, a list or a table, each row checked: what is wrong is named with its file, line and key."""

from __future__ import annotations

import csv
import json
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from llmdl_plugins.data import Dataset, Example
from llmdl_plugins.errors import DataError
from llmdl_plugins.rows import NOTHING_MORE, Extras, extras


def load(source: Any, *, inputs: Sequence[str] = (), expected: str | None = None) -> Dataset:
    """Examples from a file (.jsonl, .csv), a list of rows, DSPy examples, a pandas frame or an HF data set.

    Args:
        source: the rows, or the path of a file that holds them.
        inputs: for flat rows, the keys that go into the application.
        expected: for flat rows, the key that holds the right answer.

    Raises:
        DataError: naming file, line and key of what is wrong.

    >>> load([{"q": "2 + 2", "a": "4"}], inputs=["q"], expected="a")[0].inputs
    {'q': '2 + 2'}
    """
    if isinstance(source, Dataset):
        return source
    if isinstance(source, str | Path):
        path = Path(source)
        return Dataset((_example(row, where, inputs, expected) for where, row in _file(path)), str(path))
    rows = _rows(source)
    return Dataset(_example(row, f"row {n}", inputs, expected) for n, row in enumerate(rows))


def _rows(source: Any) -> Iterable[Any]:
    if hasattr(source, "to_dict") and hasattr(source, "columns"):
        return source.to_dict("records")  # type: ignore[no-any-return]
    if isinstance(source, Iterable):
        return source
    raise DataError(f"Can't read examples from a {type(source).__name__}: give a path or a list of rows.")


def _file(path: Path) -> Iterator[tuple[str, Any]]:
    if path.is_dir():
        raise DataError(f"{path} is a directory: give the data file itself.")
    if not path.is_file():
        raise DataError(f"There is no data file {path}.")
    return _csv(path) if path.suffix.lower() == ".csv" else _jsonl(path)


def _csv(path: Path) -> Iterator[tuple[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        try:
            names = Counter(reader.fieldnames or ())
            if twice := next((name for name, n in names.items() if n > 1), None):
                raise DataError(f"{path} line 1 names the column {twice!r} twice.")
            for row in reader:
                where = f"{path} line {reader.line_num}"
                if None in row or None in row.values():
                    raise DataError(f"{where} has not as many cells as the header: quote cells that hold commas.")
                yield where, row
        except (csv.Error, UnicodeDecodeError) as wrong:
            raise DataError(f"{path} line {reader.line_num + 1} is not UTF-8 CSV ({wrong}).") from None


def _jsonl(path: Path) -> Iterator[tuple[str, Any]]:
    # By b"\n" only: str.splitlines would cut a row at a U+2028 inside a string.
    held = path.read_bytes()
    if held.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise DataError(f"{path} line 1 is not UTF-8 but UTF-16: save the file as UTF-8.")
    for n, line in enumerate(held.removeprefix(BOM_UTF8).split(b"\n"), 1):
        if line.strip():
            yield f"{path} line {n}", _json(line, f"{path} line {n}")


def _json(line: bytes, where: str) -> Any:
    try:
        return _DECODER.decode(line.decode("utf-8"))
    except UnicodeDecodeError as wrong:
        raise DataError(
            f"{where} is not UTF-8 ({wrong.reason} at byte {wrong.start}): save the file as UTF-8."
        ) from None
    except RecursionError:
        raise DataError(f"{where} is not JSON that can be read: it is nested too deep.") from None
    except ValueError as wrong:
        raise DataError(f"{where} is not JSON ({wrong}); a data file holds one JSON object a line.") from None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON, and nothing is equal to it")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, if each of its keys stands there once: which of two is meant, nobody knows."""
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = next(key for key, n in Counter(key for key, _ in pairs).items() if n > 1)
        raise ValueError(f"{twice!r} stands there twice")
    return made


_DECODER = json.JSONDecoder(parse_constant=_no_number, object_pairs_hook=_once)


def _example(row: Any, where: str, inputs: Sequence[str], expected: str | None) -> Example:
    if isinstance(row, Example):
        return row
    if hasattr(row, "labels") and hasattr(row, "inputs") and callable(row.inputs):
        return _from_dspy(row, where)
    if not isinstance(row, Mapping):
        raise DataError(f"{where} is not an object with keys, but a {type(row).__name__}.")
    if inputs or expected:
        return _flat(row, where, inputs, expected)
    more = extras(row, where)
    if more.turns:
        return _made(dict(more.turns[0].inputs), more.turns[-1].expected, row, where, more)
    for key in ("inputs", "expected"):
        if key not in row:
            raise DataError(
                f'{where} has no "{key}" (it has {_keys(row)}). Rows look like {{"inputs": {{…}}, "expected": …}}; '
                "for flat rows name the keys with --inputs and --expected."
            )
    if not isinstance(row["inputs"], Mapping):
        raise DataError(f'{where}: "inputs" must be an object whose keys are those of the application\'s input.')
    return _made(dict(row["inputs"]), row["expected"], row, where, more)


def _flat(row: Mapping[str, Any], where: str, inputs: Sequence[str], expected: str | None) -> Example:
    if expected is None or not inputs:
        raise DataError("Flat rows need both --inputs and --expected.")
    for key in (*inputs, expected):
        if key not in row:
            raise DataError(f'{where} has no "{key}"; it has {_keys(row)}.')
    return _made({k: row[k] for k in inputs}, {expected: row[expected]}, row, where)


def _keys(row: Mapping[Any, Any]) -> list[str]:
    return sorted(map(str, row))


def _from_dspy(row: Any, where: str) -> Example:
    try:
        given = dict(row.inputs())
    except ValueError:
        raise DataError(f"{where}: mark the inputs of this dspy.Example with .with_inputs(…).") from None
    return _made(given, dict(row.labels()), {}, where)


def _made(
    inputs: dict[str, Any], expected: Any, row: Mapping[str, Any], where: str, more: Extras = NOTHING_MORE
) -> Example:
    group = row.get("group")
    name = row.get("id")
    return Example(inputs, expected, _text(name, "id", where) or _number(where), _text(group, "group", where), more)


def _number(where: str) -> str:
    return where.rpartition(" ")[2]


def _text(given: Any, key: str, where: str) -> str | None:
    # Tables fill what a row doesn't have with NaN.
    if given is None or given != given:
        return None
    if isinstance(given, Mapping | list | tuple | set):
        raise DataError(f'{where}: "{key}" must be text or a number, not a {type(given).__name__}.')
    return str(given)
