"""The commands of the tutorial run as they stand, on a fresh copy of its example."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
SIMULATED, REAL = PAGE.split("## With a model that is real")
EXAMPLE = ROOT / "examples" / "react_agent"


def blocks(text: str, kind: str) -> list[str]:
    """The code blocks of a kind; "" for what a command prints."""
    return [block for said, block in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.S | re.M) if said == kind]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """A user's folder with the example, and a `bin` in which `pip` installs nothing."""
    port = str(free_port())
    copy = tmp_path / "examples" / "react_agent"
    ignored = shutil.ignore_patterns(".env", "*.jsonl", "runs", "__pycache__")
    shutil.copytree(EXAMPLE, copy, ignore=ignored)
    (copy / ".env.example").write_text((copy / ".env.example").read_text().replace("8765", port))
    (tmp_path / "port").write_text(port)
    (tmp_path / "bin").mkdir()
    for name, does in {
        "pip": "exit 0",
        "python": f'exec "{sys.executable}" "$@"',
        "llmdl": f'exec "{sys.executable}" -m llmdl_plugins.cli "$@"',
    }.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


def run(user: Path, commands: list[str]) -> subprocess.CompletedProcess[str]:
    """The commands, one after another, as one script; the first that fails ends it."""
    names = ("OPENAI_", "LANGSMITH_", "GIT_", "MODEL", "TOOLS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(names)}
    own = os.pathsep.join(path for path in sys.path if path and Path(path).is_dir())
    who = {f"GIT_{role}_{what}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    env = {**kept, **who, "PATH": f"{user / 'bin'}{os.pathsep}{kept['PATH']}", "XDG_STATE_HOME": str(user / "state")}
    # What makes this package importable where it is not installed stays behind the `src` of the page.
    script = "\n".join(commands).replace("8765", (user / "port").read_text())
    script = script.replace("PYTHONPATH=src", f'PYTHONPATH="src:{own}"')
    script = f"set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{script}"
    told = {"cwd": user, "env": {**env, "PYTHONPATH": own}, "capture_output": True, "text": True, "timeout": 1800}
    done = subprocess.run(["bash", "-c", script], **told)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done


@pytest.mark.long
def test_the_commands_of_the_tutorial_run_as_written(user: Path) -> None:
    done = run(user, blocks(SIMULATED, "sh"))
    lines = done.stdout.splitlines()
    assert "This story should go to the business desk." in lines and "business" in lines
    for line in "".join(blocks(SIMULATED, "")).splitlines():
        assert any(said.startswith(line.removesuffix("; …)")) for said in lines), line
    (shown,) = blocks(SIMULATED, "diff")
    assert shown in done.stdout
    assert done.stderr.count("is equal") == PAGE.count("--verify stories.jsonl")


@pytest.mark.long
def test_the_embedded_model_gains_by_examples(user: Path) -> None:
    done = run(user, [blocks(SIMULATED, "sh")[0], *blocks(REAL, "sh")])
    assert "Improved: 0.0 % before" in done.stdout
    assert (user / "my_agent" / "out").is_dir()


def test_what_the_page_shows_of_the_prompt_is_what_the_example_has() -> None:
    (shown,) = blocks(PAGE, "diff")
    before = [line[1:] for line in shown.splitlines() if line.startswith(" ")]
    assert "\n".join(before) in (EXAMPLE / "src" / "react_agent" / "prompts.py").read_text(encoding="utf-8")


def test_the_example_imports_nothing_of_ours() -> None:
    lines = [line for path in EXAMPLE.rglob("*.py") for line in path.read_text(encoding="utf-8").splitlines()]
    assert not [line for line in lines if re.match(r"\s*(from|import) llmdl", line)]
