"""Errors of the system end as what they are: only a disk that gives out is told as a disk."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from llmdl_plugins.cli.unforeseen import told
from llmdl_plugins.plugins.spec import Spec

Llmdl = Callable[..., Any]


def of_system(number: int, *name: str) -> OSError:
    return OSError(number, os.strerror(number), *name)


def raised(error: Exception) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


def of_sqlite(code: int, name: str) -> sqlite3.Error:
    error = sqlite3.OperationalError("it failed")
    error.sqlite_errorcode, error.sqlite_errorname = code, name
    return error


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO])
def test_a_disk_that_gives_out_is_one(number: int) -> None:
    said = told(of_system(number, "ledger.db"))
    assert said is not None and said[1] == 74 and "then run the same command again" in said[0]
    assert told(of_sqlite(sqlite3.SQLITE_FULL, "SQLITE_FULL")) is not None


@pytest.mark.parametrize(
    "number",
    [
        errno.ENOENT,
        errno.EACCES,
        errno.EROFS,
        errno.EISDIR,
        errno.ENOTDIR,
        errno.ENAMETOOLONG,
        errno.ELOOP,
        errno.EEXIST,
    ],
)
def test_a_name_that_is_no_use_is_misuse_and_is_said(number: int) -> None:
    said = told(of_system(number, "some/rows.jsonl"))
    assert said is not None and said[1] == 2
    assert "'some/rows.jsonl' can't be used: " in said[0] and "free some space" not in said[0]


@pytest.mark.parametrize(
    "error",
    [of_system(errno.ECONNREFUSED), of_system(errno.EMFILE), TimeoutError("late"), sqlite3.ProgrammingError("?")],
)
def test_what_is_neither_is_shown_whole(error: OSError | sqlite3.Error) -> None:
    assert told(error) is None


@pytest.mark.parametrize(
    ("error", "code"),
    [(of_system(errno.ENOSPC, "x"), 74), (of_system(errno.EACCES, "x"), 2)],
)
def test_the_command_ends_so(llmdl: Llmdl, monkeypatch: pytest.MonkeyPatch, error: OSError, code: int) -> None:
    spec = Spec("models", raised(error), "Local models.")
    monkeypatch.setattr("llmdl_plugins.plugins.builtin.llmdl_commands", lambda: [spec])
    done = llmdl("models")
    assert done.code == code and ("free some space" in done.err) == (code == 74)


def test_a_fault_of_the_line_is_no_fault_of_the_disk(llmdl: Llmdl, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = Spec("models", raised(of_system(errno.ECONNREFUSED)), "Local models.")
    monkeypatch.setattr("llmdl_plugins.plugins.builtin.llmdl_commands", lambda: [spec])
    with pytest.raises(ConnectionRefusedError):
        llmdl("models")
