"""Plugins in `fit` and `eval`: in the application's process, under the guard, and never in the way of the output."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import HEAD, Install, Shell

APP = """
from llmdl_plugins import Prompt
from llmdl_plugins.testing import ScriptedChat

print("hello from the application")
app = Prompt(ScriptedChat(script=lambda messages, kwargs: "please, yes"), "Answer.", "question", "answer")
"""
OWN = """
import threading, time
from llmdl_plugins import Loss, Optimizer, Score

print("hello from the plugin")

def chatter():
    while True:
        print("noise")
        time.sleep(0.001)

threading.Thread(target=chatter, daemon=True).start()

class Polite(Loss):
    name = "polite"

    async def compare(self, got, want, example):
        print("comparing")
        return Score(float("please" in got))

class Idle(Optimizer):
    name = "idle"

    async def optimize(self, problem):
        print("nothing to do")
        await problem.propose({"instruction": "Answer politely."}, "politeness")

class Dialing:
    def llmdl_step_finished(self, event):
        import os, socket
        socket.create_connection(("127.0.0.1", int(os.environ["LLMDL_TEST_PORT"])))

@hookimpl
def llmdl_losses():
    return [Spec("polite", "own_plugin:Polite", "says please")]

@hookimpl
def llmdl_optimizers():
    return [Spec("idle", "own_plugin:Idle", "tries one thing")]

@hookimpl
def llmdl_loggers():
    return [Spec("dialing", "own_plugin:Dialing", "calls home")]
"""
DIALING = """
import os, socket
socket.create_connection(("127.0.0.1", int(os.environ["LLMDL_TEST_PORT"])))
"""


@pytest.fixture
def home() -> Iterator[socket.socket]:
    """A server that a plugin wants to reach."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    yield server
    server.close()


def reached(home: socket.socket) -> bool:
    try:
        home.accept()[0].close()
    except TimeoutError:
        return False
    return True


@pytest.fixture
def application(tmp_path: Path) -> str:
    rows = [{"inputs": {"question": f"{n}?"}, "expected": {"answer": "yes"}} for n in range(60)]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "polite_app.py").write_text(APP)
    (tmp_path / "own_plugin.py").write_text(f"{HEAD}{OWN}")
    return "polite_app.py:app"


def test_a_run_with_plugins_that_print_and_dial_ends_in_json_and_reaches_nobody(
    application: str, install: Install, shell: Shell, home: socket.socket
) -> None:
    install("dials-at-import", DIALING)
    given = ("--data", "rows.jsonl", "--loss", "polite", "--plugin", "own_plugin.py", "--json")
    named = ("--optimizer", "idle", "--logger", "dialing", "--folder", "run")
    done = shell("fit", application, *given, *named, LLMDL_TEST_PORT=str(home.getsockname()[1]))
    assert done.returncode == 3, done.stderr
    result = json.loads(done.stdout)
    assert result["status"] == "no gain shown" and result["proposed"] == 1
    for said in ("hello from the plugin", "comparing", "nothing to do", "noise", "hello from the application"):
        assert said in done.stderr
    assert "The plugin 'dials-at-import' (dials-at-import 1.0) is left out: it raised SideEffect" in done.stderr
    assert done.stderr.count("warning: the logger dialing of the plugin 'own_plugin'") == 1
    assert "--allow-host 127.0.0.1:" in done.stderr
    assert not reached(home)


def test_eval_and_show_take_plugins_too(application: str, shell: Shell) -> None:
    given = ("--plugin", "own_plugin.py", "--json")
    scored = shell("eval", application, "--data", "rows.jsonl", "--loss", "polite", *given)
    assert scored.returncode == 0, scored.stderr
    assert json.loads(scored.stdout)["score"] == 1
    assert json.loads(shell("show", application, *given).stdout)["network"]


def test_a_plugin_that_is_not_there_is_misuse(application: str, shell: Shell) -> None:
    done = shell("eval", application, "--data", "rows.jsonl", "--loss", "f1", "--plugin", "own_plugn.py")
    assert done.returncode == 2 and done.stderr.startswith("error: There is no plugin file own_plugn.py")
