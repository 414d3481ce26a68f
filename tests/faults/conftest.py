"""`llmdl fit` as users run it, against a simulated server in a process of its own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from llmdl_plugins.testing import Simulator, server_process

AGENT = Path(__file__).parent / "agents" / "tickets.py"
WORLD = {"skill": "rule", "rules": 4, "seed": 3, "redraw": False}


@dataclass
class Ended:
    """How a run ended: what it printed, what it wrote, and what the server counted."""

    code: int
    out: str
    err: str
    folder: Path
    served: dict[str, Any]

    @property
    def result(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.folder / "result.json").read_text())
        return told

    def rows(self, query: str) -> list[Any]:
        db = sqlite3.connect(self.folder / "ledger.db")
        try:
            return db.execute(query).fetchall()
        finally:
            db.close()

    @property
    def answered(self) -> int:
        return int(self.rows("SELECT count(*) FROM calls")[0][0])

    @property
    def failed(self) -> int:
        return int(self.rows("SELECT count(*) FROM failures")[0][0])

    @property
    def verdicts(self) -> list[Any]:
        return self.rows("SELECT record FROM events WHERE kind = 'verdict' ORDER BY id")


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with server_process() as url:
        yield url


@pytest.fixture
def fit(address: str, tmp_path: Path) -> Callable[..., Ended]:
    """Run `llmdl fit` on the ticket desk."""
    rows = tmp_path / "rows.jsonl"
    made = Simulator(**WORLD).dataset("train", 40)
    rows.write_text("".join(json.dumps(row) + "\n" for row in made))
    few = tmp_path / "few.jsonl"
    few.write_text("".join(json.dumps(row) + "\n" for row in made[:3]))

    def run(
        *options: str,
        command: str = "fit",
        faults: str = "",
        way: str = "sync",
        folder: Path | None = None,
        **more: Any,
    ) -> Ended:
        chosen = folder or tmp_path / f"run-{len(list(tmp_path.iterdir()))}"
        trained = ["--folder", str(chosen), "--teacher", "openai:mock", "--optimizer", "textual-gradient"]
        line = [
            sys.executable,
            "-m",
            "llmdl_plugins.cli",
            command,
            f"{AGENT}:graph",
            "--loss",
            "exact_match",
            "--quiet",
        ]
        line += ["--env", "LLMDL_*", "--data", str(rows if command == "fit" else few), *options]
        told = {"OPENAI_BASE_URL": f"{address}/v1", "OPENAI_API_KEY": "k", "LLMDL_WAY": way}
        with httpx.Client(base_url=address, trust_env=False) as client:
            client.post("/reset", json={**WORLD, "faults": faults, "rpm": 0, **more}).raise_for_status()
            line += trained if command == "fit" else []
            done = subprocess.run(
                line, env={**os.environ, **told}, cwd=tmp_path, capture_output=True, text=True, timeout=280
            )
            served = client.get("/stats").json()
        return Ended(done.returncode, done.stdout, done.stderr, chosen, served)

    return run
