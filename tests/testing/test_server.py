"""The simulated model over HTTP, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from llmdl_plugins.testing import Simulator, server_process

QUESTION = "Ticket T5 kind=k1 n=9"
MESSAGES = [{"role": "system", "content": "Answer the ticket."}, {"role": "user", "content": QUESTION}]
Reset = Callable[..., None]


def post(server: httpx.Client, **body: Any) -> httpx.Response:
    return server.post("/v1/chat/completions", json={"model": "m", "messages": MESSAGES, **body})


def chat(server: httpx.Client, **body: Any) -> Any:
    return post(server, **body).raise_for_status().json()


def stats(server: httpx.Client) -> Any:
    return server.get("/stats").json()


def pieces(response: httpx.Response) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in response.iter_lines() if line]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def streamed(server: httpx.Client, **body: Any) -> list[Any]:
    asked = {"model": "m", "messages": MESSAGES, "stream": True, **body}
    with server.stream("POST", "/v1/chat/completions", json=asked) as response:
        return pieces(response)


def said(chunks: list[Any]) -> str:
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks if chunk["choices"])


def test_a_completion_has_choices_and_usage(server: httpx.Client) -> None:
    body = chat(server, n=3)
    assert [choice["index"] for choice in body["choices"]] == [0, 1, 2]
    assert {choice["finish_reason"] for choice in body["choices"]} == {"stop"}
    usage = body["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 0
    assert (body["object"], body["model"]) == ("chat.completion", "m")


def test_the_server_says_what_the_simulator_says(server: httpx.Client) -> None:
    body = chat(server, n=3)
    here = Simulator().complete({"model": "m", "messages": MESSAGES, "n": 3})
    assert [choice["message"]["content"] for choice in body["choices"]] == list(here.texts)


def test_a_stream_says_the_same_in_pieces(server: httpx.Client, reset: Reset) -> None:
    reset(latency="token:0.01,0.005")
    asked = [{"role": "user", "content": "What is this?"}]
    whole = chat(server, messages=asked, temperature=0)
    chunks = streamed(server, messages=asked, temperature=0, stream_options={"include_usage": True})
    assert len(chunks) > 5 and said(chunks) == whole["choices"][0]["message"]["content"]
    assert chunks[-1]["usage"] == whole["usage"]
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert {chunk["id"] for chunk in chunks} == {whole["id"]}


def test_models_are_listed_and_calls_counted(server: httpx.Client) -> None:
    assert server.get("/v1/models").json()["data"][0]["id"] == "mock"
    chat(server)
    streamed(server)
    counted = stats(server)
    assert counted["calls"] == 2
    assert counted["status"] == {"200": 2} and counted["role"] == {"task": 2}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_http_errors(server: httpx.Client, reset: Reset, status: int) -> None:
    reset(faults=f"{status}@2")
    assert [post(server).status_code for _ in range(4)] == [200, status, 200, status]
    assert stats(server)["fault"] == {str(status): 2}
    assert post(server).status_code == 200


def test_a_cut_line_and_a_garbled_body_are_no_replies(server: httpx.Client, reset: Reset) -> None:
    reset(faults="drop@2,badjson@3")
    chat(server)
    with pytest.raises(httpx.RemoteProtocolError):
        post(server)
    with pytest.raises(ValueError):
        post(server).json()
    assert stats(server)["status"] == {"200": 3}


def test_a_hanging_call_ends_with_the_patience_of_its_client(server: httpx.Client, reset: Reset) -> None:
    reset(faults="hang@1")
    with pytest.raises(httpx.ReadTimeout):
        server.post("/v1/chat/completions", json={"messages": MESSAGES}, timeout=0.2)
    deadline = time.monotonic() + 5
    while stats(server)["in_flight"] and time.monotonic() < deadline:
        time.sleep(0.02)
    assert stats(server)["in_flight"] == 0 and stats(server)["max_in_flight"] == 1


def test_truncated_and_filtered_replies_say_so(server: httpx.Client, reset: Reset) -> None:
    reset(faults="truncate@1-1,filter@2")
    assert [chat(server)["choices"][0]["finish_reason"] for _ in range(3)] == ["length", "content_filter", "stop"]


def test_retries_survive_faults_by_hash(server: httpx.Client, reset: Reset) -> None:
    reset(faults="500@p0.3,429@p0.1")
    for number in range(12):
        asked = [{"role": "user", "content": f"Ticket T{number} kind=k1 n=9"}]
        assert any(post(server, messages=asked).status_code == 200 for _ in range(9))
    assert stats(server)["status"]["200"] == 12 < stats(server)["calls"]


def test_a_rate_limit_says_when_to_come_back(server: httpx.Client, reset: Reset) -> None:
    reset(rpm=600)
    responses = [post(server) for _ in range(40)]
    waits = [int(r.headers["retry-after-ms"]) for r in responses if r.status_code == 429]
    assert {r.headers["retry-after"] for r in responses if r.status_code == 429} == {"1"}
    assert 0 < min(waits) <= max(waits) <= 100
    assert 10 <= 40 - len(waits) <= 30


@pytest.mark.parametrize(
    ("latency", "least"), [("fixed:0.05", 0.05), ("lognormal:0.05,0.1", 0.03), ("token:0.02,0.01", 0.03)]
)
def test_latency_is_waited_for(server: httpx.Client, reset: Reset, latency: str, least: float) -> None:
    reset(latency=latency)
    start = time.perf_counter()
    chat(server)
    assert least <= time.perf_counter() - start < least + 1


def test_calls_on_many_connections_run_side_by_side(server: httpx.Client, reset: Reset) -> None:
    reset(latency="fixed:0.3")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: chat(server), range(8)))
    assert stats(server)["max_in_flight"] == 8


def test_structured_replies_follow_their_schema(server: httpx.Client) -> None:
    properties = {"answer": {"type": "string"}, "number": {"type": "integer"}, "sure": {"type": "boolean"}}
    schema = {"type": "json_schema", "json_schema": {"name": "reply", "schema": {"properties": properties}}}
    plain = chat(server, temperature=0)["choices"][0]["message"]["content"]
    shaped = json.loads(chat(server, temperature=0, response_format=schema)["choices"][0]["message"]["content"])
    assert shaped == {"answer": plain, "number": int(plain), "sure": True}
    loose = chat(server, temperature=0, response_format={"type": "json_object"})["choices"][0]["message"]["content"]
    assert json.loads(loose) == {"answer": plain}


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"messages": []}', b'{"messages": 3}'])
def test_what_is_no_request_is_refused_and_the_line_stays_open(server: httpx.Client, body: bytes) -> None:
    assert server.post("/v1/chat/completions", content=body).status_code == 400
    assert chat(server)["choices"]


def test_a_wrong_setting_or_route_is_refused(server: httpx.Client) -> None:
    refused = server.post("/reset", json={"skil": "rule"})
    assert refused.status_code == 400 and "Did you mean" in refused.json()["error"]["message"]
    assert server.get("/nowhere").status_code == 404


def test_settings_are_options_of_the_command() -> None:
    with server_process(skill="coupled", seed=7, redraw=False, trap_p=0.25, faults="500@p0.5") as url:
        settings = httpx.get(f"{url}/stats", trust_env=False).json()["settings"]
    assert (settings["skill"], settings["seed"], settings["trap_p"]) == ("coupled", 7, 0.25)
    assert settings["redraw"] is False and settings["faults"] == "500@p0.5"


def test_a_wrong_option_is_misuse_with_a_hint() -> None:
    command = [sys.executable, "-m", "llmdl_plugins.testing.server", "--skill", "ruel"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 2 and "Did you mean 'rule'" in done.stderr
