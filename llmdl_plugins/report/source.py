"""A run folder, read as data: nothing in it is imported, followed or fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from llmdl_plugins.errors import RunFolderError
from llmdl_plugins.report.journal import read_journal
from llmdl_plugins.report.record import Config, Journal, Outcome, Run
from llmdl_plugins.run.folder import RunFolder, refuse_link
from llmdl_plugins.run.owner import at_work

T = TypeVar("T")

_LARGEST = 64_000_000
_LEDGER = ("ledger.db", "ledger.db-wal", "ledger.db-shm")
_CONFIG = TypeAdapter(Config)
_OUTCOME = TypeAdapter(Outcome)


def read_run(folder: Path, journal: bool = True) -> Run:
    """What a folder tells, however far its run has come.

    Args:
        journal: whether its ledger is looked into, too.

    Raises:
        RunFolderError: it holds no run, or a file that is damaged or leads out of it.
    """
    told = _read(folder, "config.json")
    if told is None:
        raise RunFolderError(f"{folder} holds no run (no config.json): give the folder that `llmdl fit` wrote to.")
    result = _read(folder, "result.json")
    for name in _LEDGER:
        _size(folder / name)
    return Run(
        folder,
        _checked(_CONFIG, told, folder / "config.json"),
        None if result is None else _checked(_OUTCOME, result, folder / "result.json"),
        read_journal(folder / "ledger.db") if journal else Journal(),
        at_work(folder),
    )


def _read(folder: Path, name: str) -> Any:
    path = folder / name
    if (size := _size(path)) is not None and size > _LARGEST:
        raise RunFolderError(f"{path} is too large to be the file of a run.")
    return RunFolder(folder).read(name)


def _size(path: Path) -> int | None:
    """The size of a file, None where there is none; a link or a pipe is refused before it is opened."""
    refuse_link(path)
    return path.stat().st_size if path.exists() else None


def _checked(shape: TypeAdapter[T], told: Any, path: Path) -> T:
    try:
        return shape.validate_python(told)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise RunFolderError(f"{path} is damaged: {where}: {first['msg']}.") from None
