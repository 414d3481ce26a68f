"""The folder of the project that a module belongs to."""

from __future__ import annotations

from pathlib import Path

from llmdl_langgraph.source import Source

MOST_LEVELS = 6

_MARKS = (".git", "pyproject.toml", "setup.py", "langgraph.json", "requirements.txt")


def project_of(source: Source) -> Path:
    """The nearest folder above its package that is marked as a project, or else the package's own."""
    top, file = source.name.partition(".")[0], source.file.absolute()
    package = next((folder for folder in file.parents if folder.name == top), file.parent)
    above = [package, *package.parents][:MOST_LEVELS]
    home = {Path.home(), Path(package.anchor), Path("/tmp")}
    return next((f for f in above if f not in home and any((f / mark).exists() for mark in _MARKS)), package)
