"""`llmdl plugins new` makes a package that works as it is: found, tested and checked."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from llmdl_plugins.cli.package import Kind, new
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.plugins.kinds import KINDS, one
from llmdl_plugins.testing.conformance import CASES

from .conftest import Install, Shell, installed


def own_tests(folders: Sequence[Path], path: str, python: str | Path = sys.executable) -> str:
    """What pytest says of their own tests, in a process of its own."""
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    places = [str(folder / "tests") for folder in folders]
    given = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(
        [*command, f"--rootdir={folders[0].parent}", *places], capture_output=True, text=True, env=given,
        cwd=folders[0].parent, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_there_is_a_package_for_every_kind_that_has_promises() -> None:
    assert {str(kind) for kind in Kind} == {one(kind) for kind in CASES} == {one(k) for k in KINDS} - {"door", "study"}


def test_what_is_made_for_every_kind_passes_its_own_tests(tmp_path: Path) -> None:
    folders = [new(f"my-{kind}", kind, tmp_path) for kind in Kind]
    said = own_tests(folders, installed(folders))
    assert " passed" in said and "failed" not in said
    code = [file for folder in folders for file in folder.glob("llmdl_*/*.py")]
    assert max(len(file.read_text().splitlines()) for file in code) < 60


def test_a_new_package_is_found_and_checked(tmp_path: Path, shell: Shell) -> None:
    done = shell("plugins", "new", "llmdl-same-words", "--kind", "loss")
    assert done.returncode == 0 and "  llmdl plugins check same-words\n" in done.stdout
    folder = tmp_path / "llmdl-same-words"
    path = installed([folder])
    assert "same-words  llmdl-same-words 0.1.0" in shell("plugins", PYTHONPATH=path).stdout
    checked = shell("plugins", "check", "same-words", PYTHONPATH=path)
    assert checked.returncode == 0 and " kept\n" in checked.stdout, checked.stdout
    assert tomllib.loads((folder / "pyproject.toml").read_text())["project"]["name"] == "llmdl-same-words"
    assert "--loss same-words" in (folder / "README.md").read_text()


@pytest.mark.parametrize(
    "name",
    ["", "Upper", "a_b", "1st", "-a", "a-", "a--b", "../a", "a/b", "a.b", "é", "a b", "x" * 51, "llmdl-"],
)
def test_a_name_that_can_not_be_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(MisuseError, match="can't be the name of a plugin"):
        new(name, Kind.LOSS, tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_is_there_already_is_left_alone(tmp_path: Path, install: Install, shell: Shell) -> None:
    (tmp_path / "llmdl-mine").mkdir()
    again = shell("plugins", "new", "mine", "--kind", "loss")
    assert again.returncode == 2 and "is there already" in again.stderr
    assert not list((tmp_path / "llmdl-mine").iterdir())
    with pytest.raises(MisuseError, match="There is a package 'llmdl_local' already"):
        new("local", Kind.MODEL, tmp_path)
    with pytest.raises(MisuseError, match="offers the loss 'f1' already"):
        new("f1", Kind.LOSS, tmp_path)
    wrong = shell("plugins", "new", "mine", "--kind", "optimiser")
    assert wrong.returncode == 2 and "'optimizer'" in wrong.stderr


@pytest.mark.long
def test_it_is_installed_by_pip_into_a_fresh_environment(tmp_path: Path) -> None:
    """Without a network: what it stands on is lent by a path file."""
    python = fresh(tmp_path / "v")
    folder = new("my-layer", Kind.LAYER, tmp_path)
    options = ["--no-build-isolation", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([python, "-m", "pip", "install", *options, folder], check=True, timeout=300)
    assert "passed" in own_tests([folder], os.environ.get("PYTHONPATH", ""), python)
    code = "from llmdl_plugins.plugins.catalogue import find; print(find('layers', 'my-layer').__module__)"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "llmdl_my_layer.layer\n"


def fresh(folder: Path) -> Path:
    """The python of a new environment that sees what this one has installed."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=300)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin/python"
