"""The texts of a CSV file with a line of headings, where each stands, and ways to write another one there."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO

from llmdl_langgraph.reading.keyed import Keyed

_DELIMITERS = ",;\t|"


def of_csv(text: str) -> Iterator[Keyed]:
    """The texts of a file in the order in which they stand, each by the first field of its line and its heading.

    Raises:
        ValueError: `csv` reads it otherwise.
    """
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    rows = list(_rows(text, delimiter))
    if [[field.value for field in row] for row in rows] != [*filter(None, _read(text, delimiter))]:
        raise ValueError("a field has quotes inside that are not doubled")
    heads = [field.value for field in rows[0]] if rows else []
    for n, row in enumerate(rows[1:]):
        first = row[0].value or n
        for head, field in zip(heads, row, strict=False):
            yield Keyed((first, head), field.value, field.start, field.end, field.style)


def in_csv(old: str, new: str) -> Iterator[str]:
    """Ways to write a text in CSV, its present style first."""
    if not old.startswith('"'):
        yield new
    yield '"' + new.replace('"', '""') + '"'


def _read(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise ValueError(str(error)) from error


def _rows(text: str, delimiter: str) -> Iterator[list[Keyed]]:
    field = re.compile(rf'(?P<quoted>"(?:[^"]|"")*")|[^{re.escape(delimiter)}\n]*')
    at, row = 0, list[Keyed]()
    while at < len(text) or row:
        found = field.match(text, at)
        assert found
        written = found[0]
        value = written[1:-1].replace('""', '"') if found["quoted"] else written
        row.append(Keyed((), value, *found.span(), '"' if found["quoted"] else ""))
        at = found.end() + 1
        if text[found.end() : at] != delimiter:
            if len(row) > 1 or written:
                yield row
            row = []
