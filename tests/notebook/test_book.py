"""A changed source goes back into a notebook's JSON, and no other character of the file changes."""

from __future__ import annotations

import difflib
import json
from typing import Any

import pytest

from llmdl_plugins.notebook.book import Notebook

CELLS: list[tuple[str, str]] = [
    ("markdown", "# A title\nwith PROMPT = words"),
    ("code", '%pip install x\nPROMPT = "Sort é it."  # not a comment: "# Cell 3"\n'),
    ("code", 'TEXT = """One\n# Cell 9\n%no magic\n\u2028three"""\n!ls\nx = 1'),
    ("code", ""),
    ("raw", "nothing"),
    ("code", 'f(TEXT, "last")'),
]


def written(indent: int | None = 1, one_string: bool = False, ascii_only: bool = False, end: str = "\n") -> str:
    cells: list[Any] = [
        {"cell_type": kind, "metadata": {}, "source": text if one_string else text.splitlines(keepends=True)}
        | ({"outputs": [{"text": ["Sort é it."]}], "execution_count": 1} if kind == "code" else {})
        for kind, text in CELLS
    ]  # fmt: skip
    book = {"cells": cells, "metadata": {"a": [1.50, 2]}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=indent, ensure_ascii=ascii_only) + end


STYLES = [
    written(),
    written(indent=4, end=""),
    written(indent=None),
    written(one_string=True),
    written(ascii_only=True),
]


@pytest.mark.parametrize("text", STYLES)
def test_nothing_changed_is_the_same_file(text: str) -> None:
    book = Notebook(text)
    assert book.with_source(book.source) == text


@pytest.mark.parametrize("text", STYLES)
def test_only_the_touched_lines_change(text: str) -> None:
    book = Notebook(text)
    new = book.source.replace('"Sort é it."  #', '"Sort it\\nnow."  #').replace("One\n", 'One "and" more\nmore\n')
    changed = book.with_source(new)
    assert Notebook(changed).source == new
    told, before = json.loads(changed), json.loads(text)
    for cell in (*told["cells"], *before["cells"]):
        del cell["source"]
    assert told == before
    lines = [line for line in difflib.ndiff(text.splitlines(), changed.splitlines()) if line[0] in "+-"]
    assert len(lines) <= 9


def test_a_line_of_the_source_has_a_cell_and_a_line_in_it() -> None:
    book = Notebook(written())
    lines = book.source.split("\n")
    assert book.place(lines.index("x = 1") + 1) == (3, 6)
    assert book.place(lines.index('f(TEXT, "last")') + 1) == (6, 1)
    assert book.place(1) == (2, 1)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"cells": 1}', '{"cells": [{}]}', '{"cells": [{"cell_type": "code"}]}']
)
def test_what_is_no_notebook_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        _ = Notebook(text).cells


def test_a_notebook_without_code_has_no_source() -> None:
    assert Notebook('{"cells": []}').source == "" and Notebook('{"cells": []}').with_source("") == '{"cells": []}'
