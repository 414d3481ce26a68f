"""A user's application with a chain and a graph, imported from a folder of theirs."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

APPS = Path(__file__).parent / "agents"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's folder."""
    return shutil.copytree(APPS, tmp_path / "user", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture
def app(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The user's module, its model fresh."""
    monkeypatch.syspath_prepend(str(folder))
    yield importlib.import_module("counting")
    del sys.modules["counting"]
