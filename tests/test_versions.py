"""The bounds in pyproject.toml are true: the tests pass on the lowest versions that they allow, and on the newest.

Each environment is built from the package index and thrown away; interpreters that aren't at hand are left out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TESTING = ("pytest", "pytest-asyncio", "langchain", "langchain-openai")
INSTRUMENTED = (
    "opentelemetry-sdk",
    "openinference-instrumentation-langchain",
    "openinference-instrumentation-openai",
    "opentelemetry-instrumentation-langchain",
    "opentelemetry-instrumentation-openai",
    "opentelemetry-instrumentation-threading",
)
TESTED = (
    "tests/langgraph",
    "tests/sdks",
    "tests/cli",
    *sorted(f"tests/{p.name}" for p in ROOT.glob("tests/test_*.py")),
)
THIS = f"{sys.version_info.major}.{sys.version_info.minor}"


def requirements() -> list[str]:
    """What the package and its tests need, without the embedded model."""
    extras: dict[str, list[str]] = PROJECT["optional-dependencies"]
    tools = [line for line in extras["dev"] if _name(line) in TESTING]
    return [*PROJECT["dependencies"], *extras["retrieval"], *extras["sdks"], *extras["fast"], *tools]


def lowest(requirement: str) -> str:
    """A requirement at its lower bound: `rich>=13` as `rich==13`."""
    return re.sub(r">=([\d.]+).*", r"==\1", requirement)


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~]", requirement)[0]


class Environment:
    """An environment of its own, made by uv where it is there, else by venv and pip."""

    def __init__(self, folder: Path, interpreter: str) -> None:
        self.python, uv = folder / "bin/python", shutil.which("uv")
        make = [uv, "venv", "-q", "-p", interpreter, folder] if uv else [interpreter, "-m", "venv", folder]
        self.pip = (
            [uv, "pip", "install", "-q", "-p", self.python] if uv else [self.python, "-m", "pip", "install", "-q"]
        )
        subprocess.run([str(part) for part in make], check=True)

    def install(self, *requirements: str) -> None:
        subprocess.run([*map(str, self.pip), *requirements], check=True)

    def test(self, *arguments: str) -> str:
        """The last line of the tests; what failed where some do."""
        command = [str(self.python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts="]
        bare = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
        done = subprocess.run(
            [*command, "--import-mode=importlib", *arguments], cwd=ROOT, env=bare, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-2_000:]
        return done.stdout.splitlines()[-1]


def interpreter(version: str) -> str:
    """A Python of this version that is at hand; nothing is downloaded."""
    named = (shutil.which(f"python{version}", path=folder) for folder in os.get_exec_path())
    found = next(filter(_runs, filter(None, [sys.executable if version == THIS else None, *named])), None)
    if found is None:
        pytest.skip(f"needs python{version} on the path")
    return found


def _runs(python: str) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True).returncode == 0


@pytest.mark.long
def test_the_lowest_versions_are_supported(tmp_path: Path, record_property: Any) -> None:
    made = Environment(tmp_path / "v", interpreter("3.11"))
    made.install(*map(lowest, requirements()))
    made.install("--no-deps", "-e", str(ROOT))
    record_property("result", made.test("-m", "not long", *TESTED))


@pytest.mark.long
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_newest_versions_are_supported(tmp_path: Path, version: str, record_property: Any) -> None:
    made = Environment(tmp_path / "v", interpreter(version))
    made.install(*requirements())
    made.install("--no-deps", "-e", str(ROOT))
    record_property("result", made.test("-m", "not long", *TESTED))


@pytest.mark.long
def test_the_door_keeps_its_order_with_the_newest_instrumentations(tmp_path: Path, record_property: Any) -> None:
    made = Environment(tmp_path / "v", interpreter(THIS))
    made.install(*requirements(), *INSTRUMENTED)
    made.install("--no-deps", "-e", str(ROOT))
    said = made.test("-m", "long", "tests/sdks/test_instrumentations.py")
    assert "skipped" not in said, said
    record_property("result", said)


def test_a_lower_bound_is_read_from_a_requirement() -> None:
    assert [lowest(r) for r in ("rich>=13", "dspy-ai>=3.4,<3.5", "a==1")] == ["rich==13", "dspy-ai==3.4", "a==1"]
    assert {_name(r) for r in PROJECT["dependencies"]} <= {_name(r) for r in requirements()}
    assert all(">=" in r for r in requirements()), "every dependency names the lowest version that it works with"
