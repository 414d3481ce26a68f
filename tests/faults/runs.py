"""Runs of the command against a simulated server, and how they are killed: the server's counts are the judge."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from llmdl_plugins.testing import Simulator, server_process

from ..forking import AFRESH

HERE = Path(__file__).parent
AGENT = f"{HERE / 'agents' / 'two_nodes.py'}:graph"
CHAIN = f"{HERE / 'agents' / 'plain_client.py'}:chain"
PROGRAM = f"{HERE / 'agents' / 'program.py'}:program"
SAME = (
    "status",
    "before",
    "after",
    "gain",
    "interval",
    "p",
    "method",
    "discordant",
    "accepted",
    "proposed",
    "parameters",
)
SIZES = {"train": 30, "val": 24, "test": 24}
PATIENCE = 300.0  # seconds that a command may take to make its calls


@dataclass
class Ground:
    """A server, a scratch folder with rows, and the commands that are run there.

    Args:
        client: talks to the server.
        path: the scratch folder.
    """

    client: httpx.Client
    path: Path
    variables: dict[str, str] = field(default_factory=dict)

    def stats(self) -> dict[str, Any]:
        """What the server has counted since the last `reset`."""
        return dict(self.client.get("/stats").raise_for_status().json())

    def reset(self, **settings: Any) -> None:
        """Count afresh."""
        self.client.post("/reset", json=settings).raise_for_status()

    def start(self, *command: object, **variables: str) -> subprocess.Popen[bytes]:
        """Start a command of Python in a group of its own; its output goes to the files `out` and `err`."""
        path = [str(HERE / "agents"), os.environ.get("PYTHONPATH", "")]
        told = {
            "PYTHONPATH": os.pathsep.join(filter(None, path)),
            "OPENAI_BASE_URL": str(self.client.base_url.join("/v1")),
            "OPENAI_API_KEY": "none",
            "LLMDL_STATE": str(self.path / "state"),
        }
        with open(self.path / "out", "wb") as out, open(self.path / "err", "wb") as err:
            return AFRESH(  # it is killed, and the agents' `sitecustomize` is read as Python starts
                [sys.executable, *map(str, command)],
                cwd=self.path,
                env={**os.environ, **told, **self.variables, **variables},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def ended(self, *command: object, **variables: str) -> dict[str, Any]:
        """The result that an unbroken command prints."""
        return self.result_of(self.start(*command, **variables))

    def result_of(self, process: subprocess.Popen[bytes], timeout: float = 300) -> dict[str, Any]:
        """The result that a command prints in the end."""
        assert process.wait(timeout) in (0, 3), self.err()
        return dict(json.loads((self.path / "out").read_text()))

    def out(self) -> str:
        """What the last command printed."""
        return (self.path / "out").read_text()

    def err(self) -> str:
        """What the last command said on stderr."""
        return (self.path / "err").read_text()

    def ledger(self, folder: str) -> int:
        """Calls that a run folder holds."""
        with closing(sqlite3.connect(self.path / folder / "ledger.db")) as db:
            return int(db.execute("SELECT count(*) FROM calls").fetchone()[0])

    def wait_for_calls(self, process: subprocess.Popen[bytes], calls: int) -> bool:
        """Until the server has counted this many; whether the command is still under way then."""
        until = time.monotonic() + PATIENCE
        while (counted := self.stats()["calls"]) < calls:
            assert time.monotonic() < until, f"{counted} calls, and no {calls}: {self.err()}"
            if process.poll() is not None:
                return False
            time.sleep(0.003)
        return process.poll() is None

    def loadable(self, folder: str) -> None:
        """The last good state is whole, whenever one looks."""
        for name in ("best.json", "config.json", "result.json"):
            if (found := self.path / folder / name).exists():
                assert isinstance(json.loads(found.read_text()), dict), name


@contextmanager
def ground(path: Path, seed: int = 0, **settings: Any) -> Iterator[Ground]:
    """A ground whose server answers equal requests equally, after a few milliseconds that differ."""
    path.mkdir(parents=True, exist_ok=True)
    simulator = Simulator(seed=seed, rules=4)
    for part, size in SIZES.items():
        told = [{**row, "expected": {"answer": row["expected"]}} for row in simulator.dataset(part, size)]
        (path / f"{part}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in told))
    (path / "hints.json").write_text(json.dumps([simulator.world.rule(kind) for kind in range(4)]))
    options = {"seed": seed, "rules": 4, "redraw": False, "latency": "lognormal:0.004,0.8", **settings}
    with (
        server_process(**options) as address,
        httpx.Client(base_url=address, timeout=10, trust_env=False) as client,
    ):
        yield Ground(client, path)


def fit(target: str, folder: str, *more: object) -> list[object]:
    """`llmdl fit` on the rows of a ground."""
    parts = [option for part in SIZES for option in (f"--{part}", f"{part}.jsonl")]
    command = ["-m", "llmdl_plugins.cli", "fit", target, *parts, "--loss", "exact_match", "--folder", folder]
    return [*command, "--json", "--quiet", "--env", "LLMDL_TEST_*", *more]


def train(optimizer: str, folder: str, *more: object) -> list[object]:
    """The same from Python."""
    return [HERE / "agents" / "training.py", optimizer, folder, *more]


@dataclass(frozen=True)
class Killed:
    """A run that was killed and resumed to its end.

    Args:
        kills: how often it was killed while it ran.
    """

    result: dict[str, Any]
    kills: int


def killed(
    place: Ground, command: Sequence[object], folder: str, kills: int, seed: int, step: int = 12, **variables: str
) -> Killed:
    """Kill a run at seeded moments and resume it by the same command, then let it end.

    Args:
        step: the most calls between two kills; one in eight kills comes by the clock, which mostly hits an import.
    """
    draw, done = random.Random(f"kills/{seed}"), 0
    for n in range(kills):
        told = {**variables, "PYTHONHASHSEED": str(draw.randrange(1000))}
        process = place.start(*command, **told)
        if n % 8 == 3:
            with suppress(subprocess.TimeoutExpired):
                process.wait(draw.uniform(0.05, 1.5))
        else:
            place.wait_for_calls(process, place.stats()["calls"] + draw.randint(1, step))
        done += process.poll() is None
        kill(process, *children(process.pid))
        place.loadable(folder)
    return Killed(place.ended(*command, **variables, PYTHONHASHSEED=str(draw.randrange(1000))), done)


def children(pid: int) -> list[int]:
    """The processes that a process has started, in whichever thread."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(word) for thread in threads for word in _words(thread)]


def _words(file: Path) -> list[str]:
    with suppress(FileNotFoundError, ProcessLookupError):
        return file.read_text().split()
    return []


def kill(process: subprocess.Popen[bytes], *others: int, number: int = signal.SIGKILL) -> None:
    """Kill a process and others, and wait until they are gone."""
    for pid in (*others, process.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    process.wait(60)
    until = time.monotonic() + 60
    while not all(map(gone, others)):
        assert time.monotonic() < until, "a child outlives its parent"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def same(result: dict[str, Any]) -> dict[str, Any]:
    """What of a result must not hang on kills."""
    return {name: result[name] for name in SAME}


def repeats(place: Ground, folder: str) -> int:
    """Calls that the server was asked and the ledger does not hold."""
    return int(place.stats()["calls"]) - place.ledger(folder)
