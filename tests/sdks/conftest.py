"""A provider in a process of its own, and runs whose calls are counted on both sides."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina

from llmdl_plugins.run.ledger import Ledger

from ..paid import Run


class Provider:
    """What the server saw."""

    def __init__(self, address: str, client: httpx.Client) -> None:
        self.address, self._client = address, client

    def reset(self, *statuses: int, echo: bool = True) -> None:
        self._client.post("/reset", json={"statuses": statuses, "echo": echo}).raise_for_status()

    @property
    def received(self) -> list[Any]:
        return self._client.get("/received").json()  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    command = [sys.executable, str(Path(__file__).with_name("provider.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@pytest.fixture
def provider(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("PROVIDER", address)
    with httpx.Client(base_url=address, trust_env=False) as client:
        served = Provider(address, client)
        served.reset()
        yield served


@pytest.fixture
def run(ledger: Ledger) -> Run:
    return Run(ledger)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries as ever, without the pauses."""
    with stamina.set_testing(True, attempts=4, cap=True):
        yield
