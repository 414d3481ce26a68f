"""Copies of the user's sources with new texts in them."""

from __future__ import annotations

import sys
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

from llmdl_langgraph.entries import patched_table
from llmdl_langgraph.locate import import_name
from llmdl_langgraph.passages import patched_text
from llmdl_langgraph.patch import patch
from llmdl_langgraph.sites import Site
from llmdl_langgraph.source import Source

MOST_BYTES = 1_000_000
_LEFT_OUT = {"__pycache__", "node_modules", "venv", ".venv"}

Edits = Mapping[Path, Mapping[Site, str]]
Files = dict[str, bytes]


def read(file: Path) -> str:
    """A file as text, with the line ends, and the mark at its start, that it has."""
    data = file.read_bytes()
    return data.decode(encoding(data, file.suffix))


def encoding(data: bytes, suffix: str = ".py") -> str:
    """The encoding of a source file, as Python reads it; of any other, UTF-8."""
    return tokenize.detect_encoding(BytesIO(data).readline)[0].removesuffix("-sig") if suffix == ".py" else "utf-8"


def edited(file: Path, edits: Edits) -> str:
    """A source file with its new texts."""
    if file not in edits:
        return read(file)
    kind = next(iter(edits[file])).kind
    write = {"file": patched_text, "entry": patched_table}.get(kind, patch)
    return write(read(file), edits[file])


def copied(sources: Iterable[Source], edits: Edits) -> Files:
    """Path → content of everything that these modules are part of: whole packages, and single files."""
    found: Files = {}
    for source in sources:
        for path, file in _files(source):
            data = file.read_bytes()
            found[path] = edited(file, edits).encode(encoding(data, file.suffix)) if file in edits else data
    return found


def tops(sources: Iterable[Source]) -> set[str]:
    """The top-level names of these modules."""
    return {import_name(source).partition(".")[0] for source in sources}


def _files(source: Source) -> Iterator[tuple[str, Path]]:
    top = sys.modules.get(import_name(source).partition(".")[0])
    folders = [Path(folder) for folder in getattr(top, "__path__", [])]
    if not folders:
        yield f"{import_name(source)}.py", source.file
        yield from ((file.name, file) for file in source.file.parent.iterdir() if _is_data(file))
    for folder in folders:
        for file in folder.rglob("*"):
            if _is_wanted(file, folder):
                yield f"{folder.name}/{file.relative_to(folder).as_posix()}", file.resolve()


def _is_data(file: Path) -> bool:
    return _is_wanted(file, file.parent) and file.suffix not in (".py", ".pyc")


def _is_wanted(file: Path, folder: Path) -> bool:
    parts = file.relative_to(folder).parts
    hidden = any(part.startswith(".") or part in _LEFT_OUT for part in parts)
    return file.is_file() and not hidden and file.stat().st_size <= MOST_BYTES
