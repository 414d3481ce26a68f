"""The folder of the project that a module belongs to."""

from __future__ import annotations

import tempfile
from pathlib import Path

from llmdl_langgraph.reading.source import Source

MOST_LEVELS = 6

_MARKS = (".git", "pyproject.toml", "setup.py", "langgraph.json", "requirements.txt")


def project_of(source: Source) -> Path:
    """The nearest folder above its package that is marked as a project, or else the package's own."""
    top, folder = source.name.partition(".")[0], source.file.absolute().parent
    package = next((one for one in (folder, *folder.parents) if one.name == top), folder)
    nobody = {Path.home(), Path(package.anchor), Path(tempfile.gettempdir())}
    above = [one for one in (package, *package.parents)[:MOST_LEVELS] if one not in nobody]
    return next((one for one in above if any((one / mark).exists() for mark in _MARKS)), package)
