"""The tables of a ledger, the version of their format, and what a row is."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from llmdl_plugins.plain import clean, packed
from llmdl_plugins.secrets.values import MARK

# Kinds of columns.  What is JSON is kept as text; "?" marks what may be missing.  `crc` is that of the row's texts.
TABLES: dict[str, dict[str, str]] = {
    "calls": {
        "key": "TEXT PRIMARY KEY",
        "path": "TEXT",
        "request": "JSON",
        "answer": "JSON",
        "input_tokens": "INTEGER?",
        "output_tokens": "INTEGER?",
        "seconds": "REAL",
        "at": "REAL",
        "crc": "INTEGER?",
    },
    "failures": {"key": "TEXT", "path": "TEXT", "error": "TEXT", "at": "REAL", "crc": "INTEGER?"},
    "rollouts": {"key": "TEXT PRIMARY KEY", "record": "JSON", "at": "REAL", "crc": "INTEGER?"},
    "tools": {
        "key": "TEXT PRIMARY KEY",
        "question": "TEXT?",
        "name": "TEXT",
        "path": "TEXT",
        "turn": "INTEGER",
        "arguments": "JSON",
        "outcome": "JSON",
        "at": "REAL",
        "crc": "INTEGER?",
    },
    "events": {"id": "INTEGER PRIMARY KEY", "kind": "TEXT", "record": "JSON", "at": "REAL"},
}

# What was paid for, or tells of it: rows of these tables are never deleted.  Events are told again by a resumed run.
KEPT = ("calls", "failures", "rollouts", "tools")

# Kept in the file (`PRAGMA user_version`); 0 is what was written before it was counted.
VERSION = 2

# What makes a file of one version one of the next.  Since 2 a rollout may name calls in the place of their messages.
UPGRADES = {
    0: [
        statement
        for table in KEPT
        for statement in (
            f"ALTER TABLE {table} ADD COLUMN crc INTEGER",
            f"UPDATE {table} SET crc = checksum({', '.join([*TABLES[table]][:-1])})",
        )
    ],
    1: list[str](),
}

# What all calls together took; a file may be somebody else's, and hold anything.
TOOK = (
    "count(*), total(input_tokens) FILTER (WHERE input_tokens BETWEEN 0 AND 1e15)"
    " + total(output_tokens) FILTER (WHERE output_tokens BETWEEN 0 AND 1e15),"
    " total(seconds) FILTER (WHERE seconds BETWEEN 0 AND 1e15)"
)

# What is looked up by its key, and in which column it stands.
ASKED_FOR = {"calls": "answer", "rollouts": "record", "tools": "outcome"}
_TYPES: Mapping[str, type | tuple[type, ...]] = {"INTEGER": int, "REAL": (int, float)}


def script() -> str:
    """The statements that make the tables that aren't there yet."""
    tables = (f"CREATE TABLE IF NOT EXISTS {name} ({_columns(columns)});" for name, columns in TABLES.items())
    return "\n".join([*tables, "CREATE INDEX IF NOT EXISTS tools_by_question ON tools (question);"])


def _columns(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {kind.rstrip('?').replace('JSON', 'TEXT')}" for name, kind in columns.items())


def inserting(table: str, extra: str = "", rows: int = 1) -> str:
    """The statement that adds rows, where their keys aren't there yet.

    >>> inserting("events")
    'INSERT OR IGNORE INTO events (id, kind, record, at) VALUES (?, ?, ?, ?)'
    """
    names = [*filter(None, [extra]), *TABLES[table]]
    values = f"({', '.join('?' * len(names))})"
    return f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES {', '.join([values] * rows)}"


@cache
def recording(table: str, rows: int = 1) -> str:
    """The statement that adds rows.  What is recorded stays; where it held a secret that could not be put back, what
    was got anew takes its place.
    """
    if table not in ASKED_FOR:
        return inserting(table, rows=rows)
    new = ", ".join(f"{name} = excluded.{name}" for name in TABLES[table] if name != "key")
    mark = f"instr({table}.{ASKED_FOR[table]}, '{MARK}') > 0"
    added = inserting(table, rows=rows).replace("INSERT OR IGNORE", "INSERT")
    return f"{added} ON CONFLICT (key) DO UPDATE SET {new} WHERE {mark}"


class Packed(NamedTuple):
    """JSON that is text already."""

    text: str


def packed_row(table: str, values: Sequence[Any]) -> tuple[Any, ...]:
    """What a run met, as text where it becomes text: in the order of the columns, without `crc`."""
    row = list(values)
    for n in _places(table, "JSON"):
        row[n] = row[n].text if isinstance(row[n], Packed) else packed(row[n])
    for n in _places(table, "TEXT"):
        row[n] = text if (text := row[n]) is None or text.isascii() else clean(text)
    return tuple(row)


@cache
def _places(table: str, kind: str) -> list[int]:
    return [n for n, told in enumerate(TABLES[table].values()) if told.startswith(kind)]


def sealed_row(table: str, values: Sequence[Any], texts: str) -> tuple[Any, ...]:
    """A row as it is stored: with what tells whether its texts are still the same."""
    return (*values, _crc(texts)) if table in KEPT else tuple(values)


def checksum(*values: Any) -> int:
    """What tells whether the texts of a row are still the same."""
    return _crc(texts_of(values))


def texts_of(values: Sequence[Any]) -> str:
    """All texts of a row as one."""
    return "\x1f".join([v for v in values if isinstance(v, str)])


def _crc(texts: str) -> int:
    return zlib.crc32(texts.encode("utf-8", "surrogatepass"))


def table_of(values: tuple[Any, ...]) -> str | None:
    """The table that a row is of, by its shape; None where it is damaged, or of none that is kept.

    >>> table_of(("k", "{}", 1.5)), table_of(("k", "{", 1.5)), table_of(("k", "{}", 1.5, 12))
    ('rollouts', None, None)
    """
    return next((name for name in KEPT if is_row(name, values)), None)


def is_row(table: str, values: Sequence[Any]) -> bool:
    """Whether values are a row of a table as it was stored; rows of the oldest version lack the last column."""
    kinds = _kinds(table)
    if len(values) > len(kinds) or not all(kind.endswith("?") for kind in kinds[len(values) :]):
        return False
    if not all(map(_is, values, kinds)):
        return False
    if len(values) == len(kinds):
        return bool(values[-1] == checksum(*values[:-1]))
    return all(kind != "JSON" or _is_json(value) for value, kind in zip(values, kinds, strict=False))


def _kinds(table: str) -> list[str]:
    return [*TABLES[table].values()]


def _is(value: Any, kind: str) -> bool:
    if value is None:
        return kind.endswith("?")
    return isinstance(value, _TYPES.get(kind.split()[0].rstrip("?"), str))


def _is_json(text: Any) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
