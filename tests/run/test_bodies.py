"""What a real client makes of bytes that are no answer: it is asked again, and the application never sees them."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from langchain_openai import ChatOpenAI

from llmdl_plugins.door import boundary
from llmdl_plugins.errors import RefusedError
from llmdl_plugins.run import faults
from llmdl_plugins.run.ledger import Ledger

from .calls import at
from .test_sending import cashier, failures

PAGE = b"<html><title>Corporate proxy</title><h1>Sign in</h1></html>"


def reply(status: str, body: bytes, kind: str = "application/json", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def said(text: str) -> bytes:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return json.dumps(
        {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    ).encode()


ODD = {
    "a page with status 200": reply("200 OK", PAGE, "text/html"),
    "a page with status 502": reply("502 Bad Gateway", PAGE, "text/html"),
    "a way to nowhere": reply("302 Found", b"", "text/html", "Location: http://127.0.0.1:9/login"),
    "nothing": reply("200 OK", b""),
    "null": reply("200 OK", b"null"),
    "a list": reply("200 OK", b"[]"),
    "an error with status 200": reply("200 OK", b'{"error": {"message": "overloaded", "code": 503}}'),
    "no choices": reply("200 OK", b'{"id": "1", "object": "chat.completion", "model": "m", "choices": []}'),
    "a cut answer": reply("200 OK", said("right")[:40]),
    "fewer bytes than said": reply("200 OK", said("right"))[:-9],
    "bytes of no encoding": reply("200 OK", '{"x": "é"}'.encode("latin-1")),
    "what is not packed": reply("200 OK", b"plain", "application/json", "Content-Encoding: gzip"),
    "no HTTP": b"\x00\x01\x02 nothing\r\n\r\n",
    "a closed line": b"",
}


@contextmanager
def answering(*replies: bytes, host: str = "127.0.0.1") -> Iterator[tuple[str, list[bytes]]]:
    """The address of a server that gives these, one after the other and then the last, and what it was asked."""
    asked: list[bytes] = []

    class Handler(socketserver.StreamRequestHandler):
        timeout = 1.0

        def handle(self) -> None:
            size = next(int(line.split(b":")[1]) for line in self._head() if line.lower().startswith(b"content-length"))
            asked.append(self.rfile.read(size))
            self.wfile.write(replies[min(len(asked), len(replies)) - 1])

        def _head(self) -> list[bytes]:
            return list(iter(self.rfile.readline, b"\r\n"))

    class Server(socketserver.ThreadingTCPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        daemon_threads = True

    with Server((host, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://{f'[{host}]' if ':' in host else host}:{server.server_address[1]}/v1", asked
        finally:
            server.shutdown()


def client(address: str) -> Any:
    return ChatOpenAI(model="m", base_url=address, api_key="k", max_retries=0)


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_what_is_no_answer_is_asked_for_again(ledger: Ledger, odd: bytes) -> None:
    with answering(odd, reply("200 OK", said("right"))) as (address, asked), boundary.door(), at(cashier(ledger)):
        assert client(address).invoke("hi").text == "right"
        assert len(asked) == 2 and asked[0] == asked[1] and failures(ledger) == 1


def test_an_answer_of_ten_megabytes_is_one(ledger: Ledger) -> None:
    long = "word " * 2_000_000
    with answering(reply("200 OK", said(long))) as (address, asked), boundary.door(), at(cashier(ledger)):
        assert client(address).invoke("hi").content == long
        assert len(asked) == 1 and failures(ledger) == 0


def test_a_proxy_that_asks_who_one_is_refuses_all(ledger: Ledger) -> None:
    refusal = reply("407 Proxy Authentication Required", PAGE, "text/html")
    with answering(refusal) as (address, asked), boundary.door(), at(cashier(ledger)):
        with pytest.raises(RefusedError, match=r"m refuses: .*407"):
            client(address).invoke("hi")
        assert len(asked) == 1


@pytest.mark.parametrize("address", ["http://no-such-host.invalid/v1", "https://127.0.0.1:{port}/v1"])
def test_a_name_that_nobody_has_and_a_line_that_is_not_encrypted_are_faults_of_the_way(address: str) -> None:
    with answering(reply("200 OK", said("right"))) as (plain, _), pytest.raises(Exception) as raised:
        client(address.format(port=plain.rpartition(":")[2].partition("/")[0])).invoke("hi")
    assert faults.is_infrastructure(raised.value)


def test_an_address_of_ipv6_is_one(ledger: Ledger) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with (
        answering(reply("200 OK", said("right")), host="::1") as (address, _),
        boundary.door(),
        at(cashier(ledger)),
    ):
        assert client(address).invoke("hi").text == "right"
