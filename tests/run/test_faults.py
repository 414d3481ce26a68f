"""Faults of the way to the model are told from faults of the application."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from llmdl_plugins.errors import InfrastructureError
from llmdl_plugins.run.faults import is_infrastructure
from llmdl_plugins.run.waits import retry_after
from llmdl_plugins.testing import SimulatedFault


class Told(Exception):
    """An error with whatever a client puts on it."""

    def __init__(self, **fields: Any) -> None:
        super().__init__("x")
        vars(self).update(fields)


class APIConnectionError(Exception):
    """As openai and anthropic name it."""


class APITimeoutError(APIConnectionError):
    """As openai and anthropic name it."""


def wrapped(inner: BaseException) -> BaseException:
    try:
        try:
            raise inner
        except BaseException as error:
            raise RuntimeError("node failed") from error
    except RuntimeError as outer:
        return outer


OF_THE_WAY = [
    ConnectionResetError("x"), TimeoutError("x"), SimulatedFault("drop", None, 0), SimulatedFault("429", 429, 0),
    *(Told(status_code=s) for s in (408, 429, 500, 502, 503, 504, 524, 529)), Told(code=503),
    Told(response=SimpleNamespace(status_code=500, headers={})), APIConnectionError(), APITimeoutError(),
    httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x"), InfrastructureError("x"),
    wrapped(TimeoutError("x")), wrapped(Told(status_code=429)),
]  # fmt: skip
OF_THE_APPLICATION = [
    ValueError("x"), KeyError("x"), Told(status_code=400), Told(status_code=404), Told(code=3), Told(code="500"),
    Told(response=SimpleNamespace(status_code=401)), wrapped(ValueError("x")), FileNotFoundError("x"),
]  # fmt: skip


@pytest.mark.parametrize("error", OF_THE_WAY, ids=repr)
def test_the_way_to_the_model_says_nothing_about_the_application(error: BaseException) -> None:
    assert is_infrastructure(error)


@pytest.mark.parametrize("error", OF_THE_APPLICATION, ids=repr)
def test_what_the_application_raises_is_its_own(error: BaseException) -> None:
    assert not is_infrastructure(error)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("2", 2.0), ("0.5", 0.5), ("86400", 60.0), ("inf", 60.0), ("nan", 60.0), ("-1", 60.0), ("soon", 0.0), ("", 0.0)],
)
def test_a_server_may_ask_to_wait_a_minute_at_most(header: str, seconds: float) -> None:
    assert retry_after(Told(response=SimpleNamespace(headers={"retry-after": header}))) == seconds
    assert retry_after(ValueError("x")) == 0.0
