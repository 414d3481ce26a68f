"""Plugins as they really come: distributions on the path, each with its metadata and its module."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from llmdl_plugins.plugins import manager

Install = Callable[..., Path]
Shell = Callable[..., "subprocess.CompletedProcess[str]"]
HEAD = "from llmdl_plugins.plugins import Spec, hookimpl\n"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """No test sees the plugins of another."""
    manager.use(())
    yield
    manager.use(())


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """`install("bad", "raise ValueError()")`: distribution `bad 1.0`, entry point `bad`, module `bad_plugin`."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]))

    def made(name: str, source: str, *, distribution: str = "", place: str = "") -> Path:
        module = f"{distribution or name}_plugin".replace("-", "_")
        path = site / f"{module}.py"
        path.write_text(HEAD + textwrap.dedent(source), encoding="utf-8")
        metadata = site / f"{distribution or name}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution or name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[llmdl_plugins]\n{name} = {place or module}\n")
        importlib.invalidate_caches()
        return path

    yield made
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]
    importlib.invalidate_caches()


def installed(folders: Sequence[Path]) -> str:
    """A PYTHONPATH on which these projects are distributions, as after an editable install."""
    for folder in folders:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        metadata = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        metadata.mkdir(exist_ok=True)
        told = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        (metadata / "METADATA").write_text(told)
        entries = project["entry-points"]["llmdl_plugins"]
        lines = "".join(f"{name} = {place}\n" for name, place in entries.items())
        (metadata / "entry_points.txt").write_text(f"[llmdl_plugins]\n{lines}")
    return os.pathsep.join([*map(str, folders), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """`llmdl ARGS` in a process of its own."""

    def run(*args: object, **env: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "llmdl_plugins.cli", *map(str, args)]
        given = {**os.environ, **env}
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=given, timeout=60)

    return run
