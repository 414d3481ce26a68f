"""The project that a module of the user belongs to."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

from llmdl_langgraph.source import Source

MOST_LEVELS = 6
_PROJECT = (".git", "pyproject.toml", "setup.py", "langgraph.json", "requirements.txt")


def project(source: Source) -> Path:
    """The folder of the project: the nearest one with a mark of a project, or else that of the package."""
    return _around(source.file.absolute().parent, source.name.partition(".")[0])


@lru_cache(maxsize=10_000)
def _around(folder: Path, top: str) -> Path:
    above = [folder, *folder.parents]
    package = next((one for one in above if one.name == top), folder)
    nobody = {Path.home(), Path(package.anchor), Path(tempfile.gettempdir())}
    near = [package, *package.parents][:MOST_LEVELS]
    return next((one for one in near if one not in nobody and any((one / mark).exists() for mark in _PROJECT)), package)
