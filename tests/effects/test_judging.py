"""What counts as a side effect, and what allows it; the guard's own cost."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins.effects import files, natives, network, programs
from llmdl_plugins.effects.effect import Allowed


@pytest.mark.parametrize(
    ("address", "allowed", "let"),
    [
        (("10.0.0.1", 80), [], False),
        (("10.0.0.1", 80), ["10.0.0.1"], True),
        (("10.0.0.1", 80), ["10.0.0.1:80"], True),
        (("10.0.0.1", 80), ["10.0.0.1:8080"], False),
        (("127.0.0.1", 80), ["localhost:80"], True),
        (("::1", 80, 0, 0), ["localhost"], True),
        (("::1", 80, 0, 0), ["[::1]:80"], True),
        (("fe80::1%eth0", 80, 0, 2), ["fe80::1"], True),
        (("127.0.0.2", 80), ["127.0.0.1"], False),
        ("/var/run/docker.sock", [], False),
        ("/var/run/docker.sock", ["/var/run/docker.sock"], True),
        (b"\0abstract", [], False),
        (None, [], True),
    ],
)
def test_connections_are_judged_by_host_and_port(address: Any, allowed: list[str], let: bool) -> None:
    assert (network.connected((None, address), Allowed(hosts=allowed)) is None) is let


@pytest.mark.parametrize(
    ("host", "allowed", "let"),
    [
        ("api.example.com", [], False),
        ("API.Example.com.", ["api.example.com:443"], True),
        (b"api.example.com", ["*.example.com"], True),
        ("example.com.evil.net", ["example.com", "*.example.com"], False),
        ("localhost", [], True),
        ("127.0.0.1", [], True),
        ("::1", [], True),
        (None, [], True),
    ],
)
def test_look_ups_are_judged_by_name(host: Any, allowed: list[str], let: bool) -> None:
    assert (network.looked_up((host, 443), Allowed(hosts=allowed)) is None) is let


def test_an_address_is_known_by_the_name_that_was_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)
    monkeypatch.setattr(socket, "gethostbyname", lambda host: "192.0.2.8")
    network.remember_names()
    socket.getaddrinfo("Search.example.com", 443)
    socket.gethostbyname("search.example.com")
    allowed = Allowed(hosts=["search.example.com:443"])
    assert network.connected((None, ("192.0.2.7", 443)), allowed) is None
    assert network.connected((None, ("192.0.2.8", 443)), allowed) is None
    effect = network.connected((None, ("192.0.2.7", 22)), allowed)
    assert effect and effect.what == "connect to search.example.com:22"


def test_writes_are_judged_by_where_they_lead(tmp_path: Path) -> None:
    inside, outside = tmp_path / "scratch", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (inside / "out").symlink_to(outside)
    allowed = Allowed(folders=[str(inside)])

    def let(path: Path, flags: int = os.O_WRONLY | os.O_CREAT) -> bool:
        return files.opened((str(path), "w", flags), allowed) is None

    assert let(inside / "a") and not let(outside / "a") and not let(inside / "out" / "a")
    assert not let(inside / ".." / "outside" / "a")
    assert let(outside / "a", os.O_RDONLY) and let(outside / "__pycache__" / "m.pyc") and let(Path(os.devnull))
    assert files.changed("os.rename", (inside / "a", outside / "a", -1, -1), allowed)
    assert files.changed("os.remove", (inside / "out", -1), allowed) is None
    assert files.changed("os.mkdir", (outside, 0o777, -1), allowed) is None
    folder = os.open(outside, os.O_RDONLY)
    try:
        assert files.changed("os.rmdir", ("a", folder), allowed)
        assert files.changed("os.chmod", (folder, 0o700, -1), allowed)
    finally:
        os.close(folder)


def test_asking_what_machine_this_is_is_no_effect_and_every_other_program_is() -> None:
    assert programs.started("subprocess.Popen", ("uname", ["uname", "-p"], None, None), Allowed()) is None
    effect = programs.started("subprocess.Popen", ("/usr/bin/git", ["git", "push"], None, None), Allowed())
    assert effect and effect.option == "--allow-program git" and effect.what == "run git push"
    assert programs.started("os.fork", (), Allowed()) and programs.started("pty.spawn", (["sh"],), Allowed())
    assert programs.started("os.fork", (), Allowed(programs=["fork"])) is None


def test_a_driver_that_cannot_be_seen_is_an_effect_when_its_library_is_loaded() -> None:
    assert natives.loaded(("psycopg2", None, [], [], []), Allowed()) is None
    assert natives.loaded(("psycopg2._psycopg", "/x/_psycopg.so", None, None, None), Allowed())
    assert (
        natives.loaded(("psycopg2._psycopg", "/x/_psycopg.so", None, None, None), Allowed(natives=["psycopg2"])) is None
    )
    assert natives.loaded(("numpy._core", "/x/_core.so", None, None, None), Allowed()) is None


COST = """
import time, timeit
from langchain_core.messages import HumanMessage
from llmdl_plugins import tape
from llmdl_plugins.door import boundary
from llmdl_plugins.effects import guard
from llmdl_plugins.effects.effect import Allowed
from llmdl_plugins.testing import ScriptedChat

model, asked = ScriptedChat(script=lambda m, k: "a"), [HumanMessage("hi")]
def micros():
    with boundary.door(), boundary.scope(), tape.recording():
        return min(timeit.repeat(lambda: model.invoke(asked), number=100, repeat=40, timer=time.process_time)) * 1e4
micros()
bare = micros()
guard.install(Allowed())
print(micros() - bare)
"""


@pytest.mark.long
def test_the_guard_costs_a_model_call_little(record_property: Any) -> None:
    done = subprocess.run([sys.executable, "-c", COST], capture_output=True, text=True, check=True)
    record_property("microseconds", done.stdout)
    assert float(done.stdout) < 30
