"""The door among the instrumentations of others: their spans are as without us, ours is gone and theirs stays.

`make test-versions` installs those that the `dev` extra has not; LangSmith's are always there.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.metadata
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import langsmith
import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.tracers import LangChainTracer

from llmdl_plugins.testing import ScriptedChat

from ..paid import Run
from .conftest import Provider
from .instrumented import ASKED, INSTRUMENTORS, Told, net_of

SCRIPT = Path(__file__).with_name("instrumented.py")
THREADING = "opentelemetry-instrumentation-threading"


def installed(name: str) -> bool:
    try:
        return all(importlib.metadata.version(one) for one in (name, "opentelemetry-sdk"))
    except importlib.metadata.PackageNotFoundError:
        return False


def needing(name: str) -> Any:
    return pytest.param(name, marks=pytest.mark.skipif(not installed(name), reason=f"needs {name} and its SDK"))


def said(name: str, moment: str, address: str) -> dict[str, Any]:
    command = [sys.executable, str(SCRIPT), name, moment, address]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


@cache
def never(name: str, address: str) -> dict[str, Any]:
    return said(name, "never", address)


@pytest.mark.long
@pytest.mark.parametrize("moment", ["before", "inside", "after"])
@pytest.mark.parametrize("name", [needing(name) for name in INSTRUMENTORS])
def test_spans_are_as_without_us_whenever_an_application_is_instrumented(
    name: str, moment: str, provider: Provider
) -> None:
    without, told = never(name, provider.address), said(name, moment, provider.address)
    assert ["request", None] in without["told"]
    assert told.get("inside", without["told"]) == without["told"]
    assert told["after"] == without["told"], "theirs stays when ours goes"
    assert told["left"] == without["left"], "theirs can be taken out after a run"
    assert told["paid"] == 2, "no call went round the door, and none was paid twice"
    assert not told["carries"]
    assert told["standing"] == [] or moment == "inside", "only what theirs was put around is left, and does nothing"


@pytest.mark.long
@pytest.mark.parametrize("name", [needing(name) for name in INSTRUMENTORS])
def test_what_is_taken_out_inside_a_run_lets_no_call_pass_unpaid(name: str, provider: Provider) -> None:
    told = said(name, "out", provider.address)
    assert told["paid"] == 2 or "went round the door" in told["refused"]
    assert told["standing"] == []


@pytest.mark.long
@pytest.mark.parametrize("name", [needing(THREADING)])
def test_a_timer_of_an_instrumented_process_stays_in_its_run(name: str, provider: Provider) -> None:
    assert said(name, "timer", provider.address)["paid"] == 1


class Seen:
    """Wraps a method as tracers do: a descriptor that knows whose method is called."""

    def __init__(self, wrapped: Any) -> None:
        self.__wrapped__, self.seen = wrapped, list[str]()

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        def called(*args: Any, **kwargs: Any) -> Any:
            self.seen.append(type(instance).__name__)
            return self.__wrapped__.__get__(instance, owner)(*args, **kwargs)

        return called


@pytest.mark.parametrize("kind", [BaseChatModel, ScriptedChat])
@pytest.mark.parametrize("name", ["generate", "stream"])
def test_a_wrapper_is_told_whose_method_is_called(run: Run, kind: Any, name: str, monkeypatch: Any) -> None:
    theirs = Seen(BaseChatModel.__dict__[name])
    monkeypatch.setattr(kind, name, theirs)
    model = ScriptedChat(["x"])
    for _ in range(2):
        with run.rollout():
            said = [model.invoke("hi")] if name == "generate" else list(model.stream("hi"))
            assert "".join(piece.text for piece in said) == "x"
    assert run.calls == (1, 1) and theirs.seen[0] == "ScriptedChat"
    assert kind.__dict__[name] is theirs


class Smith(BaseHTTPRequestHandler):
    """Takes runs as LangSmith does."""

    kept: dict[str, dict[str, Any]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.kept.setdefault(body.get("id") or self.path.rpartition("/")[2], {}).update(body)
        self.send_response(202)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_PATCH = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def smith() -> Iterator[tuple[langsmith.Client, dict[str, dict[str, Any]]]]:
    kept: dict[str, dict[str, Any]] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Smith,), {"kept": kept}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    yield langsmith.Client(api_url=address, api_key="k", auto_batch_tracing=False, info={}), kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_langsmith_is_told_the_same_runs(provider: Provider, run: Run, smith: Any) -> None:
    client, kept = smith
    net = net_of(provider.address, importlib.import_module("langsmith.wrappers").wrap_openai)

    def told(called: Callable[..., Any]) -> Told:
        kept.clear()
        with langsmith.tracing_context(enabled=True, client=client):
            asyncio.run(called(ASKED, {"callbacks": [LangChainTracer(client=client)]}))
        names = {one: body["name"] for one, body in kept.items()}
        return sorted((body["name"], names.get(body.get("parent_run_id", ""))) for body in kept.values())

    without = told(net.graph.ainvoke)
    assert {"think", "write", "ScriptedChat", "look_up", "ChatOpenAI"} <= {name for name, _ in without}
    for _ in range(2):  # paid, and given again
        with run.rollout():
            assert told(net.trace) == without
    assert run.calls == (2, 2)
    assert told(net.graph.ainvoke) == without
