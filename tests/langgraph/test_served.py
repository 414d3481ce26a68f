"""An exported folder is served by a real `langgraph dev`, in an environment that has never seen this package."""

from __future__ import annotations

import ast
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import trainable
from llmdl_plugins.target import load_target

from ..written import written
from .conftest import Agent
from .test_export import NASTY, STATIC, choice, opened
from .test_factories import MADE

PATIENCE = 90.0


@pytest.fixture(scope="session")
def served_by(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `langgraph` command of an environment of its own."""
    folder = tmp_path_factory.mktemp("server") / "venv"
    uv = shutil.which("uv") or str(Path(sys.executable).parent / "uv")
    make, install = [sys.executable, "-m", "venv", str(folder)], [str(folder / "bin/pip"), "install", "-q"]
    if Path(uv).exists():
        make = [uv, "venv", "-q", "-p", sys.executable, str(folder)]
        install = [uv, "pip", "install", "-q", "-p", str(folder)]
    for command in (make, [*install, "langgraph-cli[inmem]"]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"langgraph-cli[inmem] can't be installed here: {done.stderr.strip()[-200:]}")
    alone = [str(folder / "bin/python"), "-I", "-c", "import llmdl_plugins"]
    assert b"No module named 'llmdl_plugins'" in subprocess.run(alone, capture_output=True).stderr
    return folder / "bin" / "langgraph"


@pytest.fixture
def served(served_by: Path, tmp_path: Path) -> Iterator[Any]:
    """Starts a server for a folder; gives a function that posts a run and returns the final state."""
    started: list[subprocess.Popen[bytes]] = []

    def serve(folder: Path) -> Any:
        port = _free_port()
        command = [served_by, "dev", "--no-browser", "--no-reload", "--host", "127.0.0.1", "--port", str(port)]
        kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
        env = {**kept, "LANGSMITH_TRACING": "false", "LANGGRAPH_CLI_NO_ANALYTICS": "1", "PYTHONWARNINGS": "ignore"}
        with (tmp_path / "server.log").open("wb") as log:
            server = subprocess.Popen([str(c) for c in command], cwd=folder, env=env, stdout=log, stderr=log)
        started.append(server)
        _wait_for(f"http://127.0.0.1:{port}/ok", server, tmp_path / "server.log")
        return lambda inputs: _post(f"http://127.0.0.1:{port}/runs/wait", {"assistant_id": "agent", "input": inputs})

    yield serve
    for server in started:
        server.terminate()
        server.wait(30)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise AssertionError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


def _post(url: str, body: Any) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


@pytest.mark.long
@pytest.mark.parametrize("variant", [False, True])
def test_an_exported_folder_is_served(agent: Agent, folder: Path, tmp_path: Path, served: Any, variant: bool) -> None:
    _answer_with_what_is_asked(folder)
    _, net, _ = opened(agent, "constant")
    values: dict[str, Any] = {"sort/system_prompt": NASTY}
    if variant:
        net = net.variant(wrap={"sort": choice("messages")})
        values |= STATIC
    written(tmp_path / "out", net.export("module", values))
    post = served(tmp_path / "out")
    state = post({"messages": [{"role": "user", "content": "My invoice is wrong"}]})
    asked = ast.literal_eval(state["label"])
    assert asked[0] == NASTY and asked[-1] == "My invoice is wrong"
    assert ("The invoice of June is missing" in asked) is variant
    assert "polite reply" in state["messages"][-1]["content"]


@pytest.mark.long
@pytest.mark.parametrize("maker", ["configured", "opened", "unfinished"])
def test_an_exported_factory_is_served(agent: Agent, folder: Path, tmp_path: Path, served: Any, maker: str) -> None:
    _answer_with_what_is_asked(folder)
    (folder / "makers.py").write_text(MADE.replace('config == {"configurable": {}}', '"configurable" in config'))
    net = trainable(load_target(f"{folder / 'makers.py'}:{maker}"))
    written(tmp_path / "out", net.export("module", {"sort/system_prompt": NASTY}))
    state = served(tmp_path / "out")({"messages": [{"role": "user", "content": "My invoice is wrong"}]})
    assert ast.literal_eval(state.get("label", "None")) == [NASTY, "My invoice is wrong"], state
    assert "polite reply" in state["messages"][-1]["content"]


def _answer_with_what_is_asked(folder: Path) -> None:
    """The model answers with all that it was asked: what the server sends can be read from the answer."""
    model = folder / "model.py"
    said = "return repr([m.text for m in messages])\n\n\ndef _unused(messages):\n    return f"
    model.write_text(model.read_text().replace("return f", said))
