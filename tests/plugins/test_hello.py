"""The example package: one plugin of each kind, found, checked and used by name."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmdl_plugins import Trainer
from llmdl_plugins.cli import package
from llmdl_plugins.cli.package import Kind
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.plugins.structure import findings
from llmdl_plugins.testing.conformance import CASES

from .conftest import Shell, installed
from .test_new import fresh, own_tests

HELLO = Path(__file__).parents[2] / "examples" / "llmdl-hello"
FIT = ("--data", "rows.jsonl", "--loss", "hello-words")
ALL = (
    "--optimizer",
    "hello-shorten",
    "--logger",
    "hello-lines",
    "--executor",
    "hello-rows:4",
    "--teacher",
    "hello:large",
)


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    """A copy of the package, with its rows where commands are called."""
    folder = Path(shutil.copytree(HELLO, tmp_path / "llmdl-hello", ignore=shutil.ignore_patterns("__pycache__")))
    made = subprocess.run([sys.executable, folder / "rows.py"], capture_output=True, text=True, check=True)
    (tmp_path / "rows.jsonl").write_text(made.stdout)
    return folder


@pytest.fixture
def here(hello: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same, installed in this process."""
    installed([hello])
    monkeypatch.syspath_prepend(str(hello))
    importlib.invalidate_caches()
    yield hello
    for name in [n for n in sys.modules if n.startswith("llmdl_hello") or n == "agent"]:
        del sys.modules[name]


def test_there_is_one_of_each_kind_and_each_is_on_a_page(here: Path) -> None:
    for kind in CASES:
        (offer,) = [offer for offer in catalogue(kind).values() if offer.plugin.name == "hello"]
        assert [f for f in findings(offer) if f.wrong] == []
    assert max(len(file.read_text().splitlines()) for file in here.glob("llmdl_hello/*.py")) < 60


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind != Kind.RECIPE])  # its recipe uses its layer
def test_its_pages_are_those_that_a_new_package_has(kind: Kind) -> None:
    template = (Path(package.__file__).parent / "templates" / "code" / f"{kind}.py.jinja").read_text()
    code = (HELLO / "llmdl_hello" / f"{kind}.py").read_text()
    slots = {r"\{\{\ target\ \}\}": r"\w+", r"\{\{\ name\ \}\}": r"[\w-]+"}
    pattern = re.escape(template)
    for slot, word in slots.items():
        pattern = pattern.replace(slot, word)
    assert re.fullmatch(pattern, code)


@pytest.mark.long
def test_it_keeps_its_promises(hello: Path, shell: Shell) -> None:
    done = shell("plugins", "check", "hello", PYTHONPATH=installed([hello]))
    assert done.returncode == 0, done.stdout
    for kind in ("optimizer", "search", "layer", "loss", "recipe", "logger", "executor"):
        assert f"ok    {kind} 'hello-" in done.stdout


def test_a_run_from_the_command_line_uses_them_by_name(hello: Path, shell: Shell) -> None:
    path = installed([hello])
    done = shell("fit", hello / "agent.py:graph", *FIT, *ALL, "--folder", "runs/first", PYTHONPATH=path)
    assert done.returncode == 3, done.stderr
    assert "took answer/prompt without 'Never hurry.': 1.00 → 1.00" in done.stderr
    assert "no gain shown, +0.0 points" in done.stderr
    told = shell("hello", "runs/first", "--calls", PYTHONPATH=path)
    assert told.stdout == "no gain shown: 2 of 2 proposals were accepted, 74 calls\n"
    assert "how a run ended, in one line" in shell("--help", PYTHONPATH=path).stdout


def test_a_run_from_python_uses_them_by_name(here: Path) -> None:
    given = {"recipe": "hello-reminded", "node": "answer", "optimizer": "hello-choices", "executor": "hello-rows:2"}
    trainer = Trainer(f"{here / 'agent.py'}:graph", "hello-words", here.parent / "rows.jsonl", **given)
    trainer.network.train_only("answer/chosen")
    result = trainer.fit()
    assert result.status == "no gain shown" and (result.proposed, result.accepted) == (1, 0)


@pytest.mark.long
def test_it_works_in_a_fresh_environment(hello: Path) -> None:
    python = fresh(hello.parent / "v")
    options = ["--no-build-isolation", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([python, "-m", "pip", "install", *options, hello], check=True, timeout=300)
    assert "passed" in own_tests([hello], os.environ.get("PYTHONPATH", ""), python)
    for words, code in ((("plugins", "check", "hello"), 0), (("fit", hello / "agent.py:graph", *FIT, *ALL), 3)):
        command = [python, "-m", "llmdl_plugins.cli", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=hello.parent, timeout=300)
        assert done.returncode == code, done.stdout + done.stderr
