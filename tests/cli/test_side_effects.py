"""No side effect by surprise: in a real child, on a real graph, nothing is done before the user allows it."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
AGENT = f"{HERE / 'agents' / 'acting.py'}:graph"
Shop = Callable[..., "subprocess.CompletedProcess[str]"]


class Production:
    """A server that nobody may reach by surprise; it counts who does."""

    def __init__(self) -> None:
        self.calls = 0
        self._tcp, self._udp = socket.create_server(("127.0.0.1", 0)), socket.socket(type=socket.SOCK_DGRAM)
        self.port = self._tcp.getsockname()[1]
        self._udp.bind(("127.0.0.1", self.port))
        for answer in (lambda: self._tcp.accept()[0].close(), lambda: self._udp.recv(9)):
            threading.Thread(target=self._serve, args=(answer,), daemon=True).start()

    def _serve(self, answer: Callable[[], Any]) -> None:
        try:
            while True:
                answer()
                self.calls += 1
        except OSError:
            return

    def close(self) -> None:
        for listening in (self._tcp, self._udp):
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()


@pytest.fixture
def production() -> Iterator[Production]:
    server = Production()
    yield server
    server.close()


@pytest.fixture
def shop(tmp_path: Path, production: Production) -> Shop:
    """Runs `llmdl eval`, or another command, on the acting agent, in a folder with a database of its own."""
    (tmp_path / "rows.jsonl").write_text(
        "".join(json.dumps({"inputs": {"question": f"{n}?"}, "expected": {"answer": "yes"}}) + "\n" for n in range(2))
    )
    with closing(sqlite3.connect(tmp_path / "stock.db")) as db:
        db.execute("CREATE TABLE items (name)")

    def run(act: str, *options: str, at_import: str = "", command: str = "eval") -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "ACT": act, "ACT_AT_IMPORT": at_import, "PRODUCTION": str(production.port)}
        named = ("--env", "ACT*", "--env", "PRODUCTION", "--quiet", "--concurrency", "1")
        line = [sys.executable, "-m", "llmdl_plugins.cli", command, AGENT, "--data", "rows.jsonl"]
        line += ["--loss", "exact_match", *named, *options]
        return subprocess.run(line, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)

    return run


def untouched(folder: Path) -> bool:
    """Whether the folder is as it was, and the database empty."""
    if {p.name for p in folder.iterdir() if p.name != "state"} != {"rows.jsonl", "stock.db"}:
        return False
    with closing(sqlite3.connect(folder / "stock.db")) as db:
        found = db.execute("SELECT count(*) FROM items").fetchone()[0]
    return bool(found == 0)


REFUSED = [
    ("connect", "connect to 127.0.0.1:", ("--allow-host", "localhost")),
    ("look up", "connect to shop.example.com:443", None),
    ("datagram", "connect to 127.0.0.1:", ("--allow-host", "127.0.0.1")),
    ("run", "run touch written.txt", ("--allow-program", "touch")),
    ("shell", "run sh -c 'touch written.txt'", ("--allow-program", "sh")),
    ("spawn", "multiprocessing", ("--allow-program", "python*")),
    ("write", "write ", ("--allow-write", ".")),
    ("write by link", "written.txt", ("--allow-write", ".")),
    ("make", "mkdir ", ("--allow-write", "made")),
    ("delete", "remove ", ("--allow-write", ".")),
    ("rename", "rename ", ("--allow-write", ".")),
    ("insert", "stock.db", ("--allow-write", ".")),
    ("new database", "written.txt", ("--allow-write", ".")),
    ("thread", "connect to 127.0.0.1:", ("--allow-host", "127.*")),
    ("bare thread", "connect to 127.0.0.1:", ("--allow-host", "127.*")),
    ("swallow", "connect to 127.0.0.1:", ("--allow-host", "127.*")),
    ("tool", "--safe-tool order", ("--safe-tool", "order")),
]
QUICK = {"connect", "swallow", "insert", "tool", "bare thread", "spawn"}


def cases(rows: list[Any]) -> list[Any]:
    """The telling ones always, the others with what takes longer: each is a process or two."""
    return [pytest.param(*row, id=row[0], marks=[] if row[0] in QUICK else [pytest.mark.long]) for row in rows]


@pytest.mark.parametrize(("act", "words", "option"), cases(REFUSED))
def test_what_a_node_does_to_the_world_raises_until_it_is_allowed(
    shop: Shop, production: Production, tmp_path: Path, act: str, words: str, option: tuple[str, str] | None
) -> None:
    done = shop(act)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr.splitlines()[-1] and "error: Side effect at " in done.stderr
    assert act == "bare thread" or "Side effect at shop:" in done.stderr
    assert production.calls == 0 and untouched(tmp_path)
    if option:
        allowed = shop(act, *option)
        assert allowed.returncode == 0, allowed.stderr
        assert production.calls or act == "spawn" or not untouched(tmp_path)


def test_reading_memory_and_the_scratch_folder_are_free(shop: Shop, tmp_path: Path) -> None:
    done = shop("harmless")
    assert done.returncode == 0, done.stderr
    assert "100.0 % on 2 rows" in done.stdout and untouched(tmp_path)


def test_a_model_call_connects_where_it_likes_and_does_nothing_else(
    shop: Shop, production: Production, tmp_path: Path
) -> None:
    assert shop("model that connects").returncode == 0
    assert production.calls == 1  # both rows ask the same, so it is paid once
    done = shop("model that writes")
    assert done.returncode == 2 and "Side effect at shop: it was about to write" in done.stderr
    assert untouched(tmp_path)


def test_nothing_more_is_paid_where_a_side_effect_was_swallowed(shop: Shop, production: Production) -> None:
    done = shop("swallow and ask")
    assert done.returncode == 2 and "Side effect at shop: it was about to connect" in done.stderr
    assert production.calls == 0


def test_an_import_that_acts_is_refused_and_named(shop: Shop, production: Production, tmp_path: Path) -> None:
    for act in ("swallow", "write"):
        done = shop("nothing", at_import=act)
        assert done.returncode == 2 and "Side effect at import:" in done.stderr
    assert production.calls == 0 and untouched(tmp_path)


@pytest.mark.long
def test_another_host_port_tool_or_folder_than_the_one_allowed_stays_refused(
    shop: Shop, production: Production
) -> None:
    assert shop("connect", "--allow-host", f"127.0.0.1:{production.port + 1}").returncode == 2
    assert shop("tool", "--safe-tool", "search").returncode == 2
    assert shop("connect", "--safe-tool", "order").returncode == 2
    assert shop("write", "--allow-write", "made").returncode == 2
    assert production.calls == 0


def test_a_probe_is_guarded_too(shop: Shop, production: Production, tmp_path: Path) -> None:
    shop_env = {**os.environ, "ACT": "swallow", "ACT_AT_IMPORT": "", "PRODUCTION": str(production.port)}
    shown = [sys.executable, "-m", "llmdl_plugins.cli", "show", AGENT, "--probe", "1", "--data", "rows.jsonl"]
    options = ["--env", "ACT*", "--env", "PRODUCTION"]
    for more, code in (([], 2), (["--allow-host", "localhost"], 0)):
        done = subprocess.run([*shown, *options, *more], cwd=tmp_path, env=shop_env, capture_output=True, text=True)
        assert done.returncode == code, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert next(row for row in rows if row[:1] == ["shop/prompt"])[-1] == "yes" and production.calls == 1
    assert "acting.py:" in done.stdout and "  exportable" in done.stdout


@pytest.mark.long
def test_a_training_that_met_one_goes_on_when_it_is_allowed(shop: Shop, production: Production, tmp_path: Path) -> None:
    rows = [{"inputs": {"question": f"Number {n * n}?"}, "expected": {"answer": "yes"}} for n in range(60)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    options = ("--folder", "runs/a", "--json", "--recipe", "demonstrations")
    done = shop("connect", *options, command="fit")
    assert done.returncode == 2 and "Side effect at shop" in done.stderr and not (tmp_path / "runs/a").exists()
    done = shop("connect", *options, "--allow-host", "localhost", command="fit")
    told = json.loads(done.stdout)
    assert done.returncode == 3 and told["status"] == "no gain shown", done.stderr
    assert production.calls > 30
