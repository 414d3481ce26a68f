"""Tools and schemas of a real provider's class: what its server is told is what the patched source tells it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from .conftest import Agent
from .test_frozen import ASKED, network

pytest.importorskip("langchain", reason="needs langchain")
pytest.importorskip("langchain_openai", reason="needs langchain-openai")

CHANGES = {
    "agent/model/tool:look_up": 'Find "the" meaning.\nOf one word.',
    "agent/model/tool:look_up.word": "One word, {no} more.",
    "agent/model/tool:Answer": "What the user is told.",
    "agent/model/tool:Answer.text": "One \N{BULLET} sentence.",
    "shared/tool:Entry": "One entry.",
    "shared/tool:Entry.word": "As it's written.",
    "shared/tool:Entry.sources": "Books.",
    "shared/tool:Entry.sources.item": "A book.",
    "shared/tool:Entry.sources.title": "Its name.",
    "verdict/tool:Verdict": "Good or not.",
    "verdict/tool:Verdict.good": "True if so.",
}
SAID = {
    "Answer": {"text": "It means rain."},
    "Entry": {"word": "rain", "sources": [{"title": "The book"}]},
    "Verdict": {"good": True},
}


class StandIn(BaseHTTPRequestHandler):
    """Answers as OpenAI does, and keeps what it was asked."""

    asked: list[dict[str, Any]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.asked.append(body)
        told = json.dumps({
            "id": "c", "object": "chat.completion", "created": 0, "model": body["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": _message(body)}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }).encode()  # fmt: skip
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, format: str, *args: Any) -> None:
        return


def _message(body: dict[str, Any]) -> dict[str, Any]:
    if wanted := body.get("response_format"):
        return {"role": "assistant", "content": json.dumps(SAID[wanted["json_schema"]["name"]])}
    name = body["tools"][-1]["function"]["name"]
    call = {"id": "1", "type": "function", "function": {"name": name, "arguments": json.dumps(SAID[name])}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    kept: list[dict[str, Any]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (StandIn,), {"asked": kept}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("STAND_IN", f"http://127.0.0.1:{server.server_port}/v1")
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings"),
]


def test_the_server_is_told_what_the_patched_source_tells_it(
    agent: Agent, folder: Path, asked: list[dict[str, Any]]
) -> None:
    net = network(agent("openai_kit"))
    assert set(net.tools) == set(CHANGES)
    for text in net.tools.values():
        text.parameter.unfreeze()

    asyncio.run(net.graph.ainvoke(ASKED))
    plain, _ = list(asked), asked.clear()
    asyncio.run(net.trace(ASKED))
    assert asked == plain  # nothing changed: the very same requests
    asked.clear()
    with net.using(CHANGES):
        _, tape = asyncio.run(net.trace(ASKED))
    bound, _ = list(asked), asked.clear()
    told = json.dumps(bound)
    assert len(bound) == 4 and all(json.dumps(value) in told for value in CHANGES.values())
    reads = {name for name, p in net.named_parameters().items() for step in tape.steps if p in step.reads}
    assert reads >= set(CHANGES)

    subprocess.run(["git", "init", "-q", "."], cwd=folder.parent, check=True)
    patch = net.export("patch", CHANGES)
    subprocess.run(["git", "apply", "-"], cwd=folder.parent, input=patch.encode(), check=True)
    run = f"import asyncio, openai_kit; asyncio.run(openai_kit.graph.ainvoke({ASKED!r}))"
    subprocess.run([sys.executable, "-c", run], cwd=folder, check=True, capture_output=True)
    assert asked == bound
