"""The agents of these tests, imported as a user's own files are: from a folder on the path."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

AGENTS = Path(__file__).parent / "agents"

Agent = Callable[[str], ModuleType]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's folder with agents in it."""
    return shutil.copytree(AGENTS, tmp_path / "agents", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture
def agent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Agent]:
    """Imports an agent from the user's folder."""
    monkeypatch.syspath_prepend(str(folder))
    names = _names(folder)
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    others = set(sys.modules)
    yield importlib.import_module
    names |= _names(folder)  # what a test has written
    for name in [n for n in sys.modules if n.partition(".")[0] in names and n not in others]:
        del sys.modules[name]
    sys.modules.update(before)


def _names(folder: Path) -> set[str]:
    return {path.name.partition(".")[0] for path in folder.iterdir()}
