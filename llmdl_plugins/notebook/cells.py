"""A code cell as plain Python, line for line: what only IPython understands becomes a comment."""

from __future__ import annotations

import ast
import re
import tokenize
import warnings
from collections.abc import Sequence
from io import StringIO

_PYTHON_CELLS = {"time", "timeit", "capture", "prun", "python", "python3", "pypy", "memit", "mprun"}
_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
_ONLY_IPYTHON = re.compile(r"\s*[%!?]|[^#'\"]*[\w)\]]\?{1,2}\s*$")
_ASSIGNED = re.compile(r"(\s*[\w.,\[\]'\" ]+=\s*)[%!]")
_INDENT = re.compile(r"\s*")


def as_python(cell: str) -> list[str]:
    """The lines of a cell, as many as it has; a cell that is no Python is all comments.

    >>> as_python("%pip install x\\nfiles = !ls\\nprint(files)")
    ['pass  # %pip install x', 'files = None  # files = !ls', 'print(files)']
    """
    lines = cell.split("\n")
    if is_python(cell):
        return lines
    magic = _CELL_MAGIC.match(cell)
    if magic and magic[1] not in _PYTHON_CELLS:
        return [_comment(line) for line in lines]
    translated = _translated(lines)
    return translated if is_python("\n".join(translated)) else [_comment(line) for line in lines]


def is_python(source: str) -> bool:
    """Whether a source can be parsed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(source)
        except (SyntaxError, ValueError):
            return False
    return True


def _translated(lines: Sequence[str]) -> list[str]:
    done: list[str] = []
    goes_on = False
    for line in lines:
        special = goes_on or (_is_special(line) and _at_a_statement(done))
        done.append(_comment(line) if goes_on else _spelled(line) if special else line)
        goes_on = special and line.endswith("\\")
    return done


def _is_special(line: str) -> bool:
    return bool(_ONLY_IPYTHON.match(line) or _ASSIGNED.match(line))


def _at_a_statement(before: Sequence[str]) -> bool:
    """Whether a new statement can begin here: not inside a string or brackets."""
    try:
        for _ in tokenize.generate_tokens(StringIO("\n".join([*before, ""])).readline):
            pass
    except tokenize.TokenError:
        return False
    except (IndentationError, SyntaxError):
        return True
    return not (before and before[-1].endswith("\\"))


def _spelled(line: str) -> str:
    if assigned := _ASSIGNED.match(line):
        return f"{assigned[1]}None  # {line.strip()}"
    indent = _INDENT.match(line)
    return f"{indent[0] if indent else ''}pass  # {line.strip()}"


def _comment(line: str) -> str:
    return f"# {line}" if line.strip() else line
