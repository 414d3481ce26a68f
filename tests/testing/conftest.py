"""A real server process that every test sets up afresh."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import httpx
import pytest

from llmdl_plugins.testing import Settings, server_process

Reset = Callable[..., None]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with server_process() as url:
        yield url


@pytest.fixture
def server(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=5, trust_env=False) as client:
        client.post("/reset", json=asdict(Settings())).raise_for_status()
        yield client


@pytest.fixture
def reset(server: httpx.Client) -> Reset:
    def change(**settings: Any) -> None:
        server.post("/reset", json=settings).raise_for_status()

    return change
