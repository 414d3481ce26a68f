"""Copies of the user's sources with new texts in them."""

from __future__ import annotations

import json
import sys
import tokenize
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.exporting.patch import patch
from llmdl_langgraph.reading.entries import patched_table
from llmdl_langgraph.reading.locate import import_name
from llmdl_langgraph.reading.passages import patched_text
from llmdl_langgraph.reading.read_files import ReadFiles
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.reading.source import NOTEBOOK, Source
from llmdl_plugins.notebook.book import Notebook
from llmdl_plugins.notebook.loading import NotebookLoader

MOST_BYTES = 1_000_000
_LEFT_OUT = {"__pycache__", "node_modules", "venv", ".venv"}

Edits = Mapping[Path, Mapping[Site, str]]
Files = dict[str, bytes]


def read(file: Path) -> str:
    """A file as text, with the line ends that it has."""
    data = file.read_bytes()
    return data.decode(encoding(data, file.suffix))


def current(file: Path) -> str:
    """The Python that a file holds now, with unix line ends; of a notebook, its code cells."""
    text = Notebook.read(file).source if file.suffix == NOTEBOOK else read(file)
    return text.replace("\r\n", "\n")


def encoding(data: bytes, suffix: str = ".py") -> str:
    """The encoding of a source file, as Python reads it; of any other, UTF-8."""
    if suffix == ".py":
        return tokenize.detect_encoding(BytesIO(data).readline)[0]
    return "utf-8-sig" if data.startswith(BOM_UTF8) else "utf-8"


def mark(file: Path) -> str:
    """What editors put before the text of a file, which no reader sees."""
    return "\ufeff" if file.read_bytes().startswith(BOM_UTF8) else ""


def edited(file: Path, edits: Edits) -> str:
    """A source file with its new texts; of a notebook, the JSON text, in which nothing else has changed."""
    if file not in edits:
        return read(file)
    if file.suffix == NOTEBOOK:
        return _edited_notebook(Notebook.read(file), edits[file])
    kind = next(iter(edits[file])).kind
    write = {"file": patched_text, "entry": patched_table}.get(kind, patch)
    return write(read(file), edits[file])


def _edited_notebook(book: Notebook, edits: Mapping[Site, str]) -> str:
    wanted, file = patch(book.source, edits), next(iter(edits)).file
    new = Notebook(book.with_source(wanted))
    if new.source != wanted or _but_for_sources(new) != _but_for_sources(book):
        raise CannotExportError(f"{file} would not hold these texts as they are: save it again with Jupyter first.")
    return new.text


def _but_for_sources(book: Notebook) -> Any:
    told = json.loads(book.text)
    return {**told, "cells": [{**cell, "source": ""} for cell in told["cells"]]}


def copied(sources: Sequence[Source], edits: Edits, beside: Iterable[Path] = ()) -> Files:
    """Path → content of what these modules are part of: the code of whole packages, single files, and what they read.

    Args:
        sources: the modules.
        edits: the new texts.
        beside: files that the code names; where they stand beside the packages, they do so in the copy.

    Raises:
        CannotExportError: a file with a new text stands nowhere in or beside the packages.
    """
    found: Files = {}
    done: set[Path] = set()
    read = ReadFiles(sources)
    for source in sources:
        for path, file in _files(source, read):
            found[path] = _copy(file, source, edits)
            done.add(file)
    for file in [file for file in {**edits, **dict.fromkeys(beside)} if file not in done]:
        if path := next((p for source in sources if (p := _beside(file, source))), ""):
            found[path] = edited(file, edits).encode(encoding(file.read_bytes(), file.suffix))
        elif file in edits:
            raise CannotExportError(
                f"{file} stands in none of the folders from which the code is imported, so a copy of the application "
                "can't hold it: export a patch or the weights, or keep the file beside the code."
            )
    return found


def _beside(file: Path, source: Source) -> str:
    """The place of a file in the folder from which a module is imported; "" where it is not in there."""
    levels = len(import_name(source).split(".")) - (source.file.name != "__init__.py")
    root = source.file.parents[levels]
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else ""


def _copy(file: Path, source: Source, edits: Edits) -> bytes:
    if file.suffix == NOTEBOOK:
        return _script(source, edits.get(file, {})).encode()
    data = file.read_bytes()
    return edited(file, edits).encode(encoding(data, file.suffix)) if file in edits else data


def _script(source: Source, edits: Mapping[Site, str]) -> str:
    """A notebook as a Python file: what its graph needs."""
    text = patch(source.text, edits) if edits else source.text
    loader = source.module.__loader__
    return loader.script(text) if isinstance(loader, NotebookLoader) else text


def tops(sources: Iterable[Source]) -> set[str]:
    """The top-level names of these modules."""
    return {import_name(source).partition(".")[0] for source in sources}


def _files(source: Source, read: ReadFiles) -> Iterator[tuple[str, Path]]:
    top = sys.modules.get(import_name(source).partition(".")[0])
    folders = [Path(folder) for folder in getattr(top, "__path__", [])]
    if not folders:
        yield f"{import_name(source)}.py", source.file
        yield from ((file.name, file) for file in source.file.parent.iterdir() if _is_data(file, read))
    for folder in folders:
        for file in folder.rglob("*"):
            if _is_wanted(file, folder) and read.has(file, folder):
                yield f"{folder.name}/{file.relative_to(folder).as_posix()}", file.resolve()


def _is_data(file: Path, read: ReadFiles) -> bool:
    is_data = _is_wanted(file, file.parent) and file.suffix not in (".py", ".pyc", NOTEBOOK)
    return is_data and read.has(file, file.parent)


def _is_wanted(file: Path, folder: Path) -> bool:
    parts = file.relative_to(folder).parts
    hidden = any(part.startswith(".") or part in _LEFT_OUT for part in parts)
    return file.is_file() and not hidden and file.stat().st_size <= MOST_BYTES
