"""What we put in the place of others' methods goes away again, and takes nobody's along."""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel

from llmdl_plugins.door import boundary
from llmdl_plugins.testing import ScriptedChat

BARE = BaseChatModel.__dict__["generate"]
BARE_START = threading.Thread.start


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    yield
    BaseChatModel.generate, threading.Thread.start = BARE, BARE_START  # type: ignore[method-assign]


def instrumented(seen: list[str], name: str) -> Callable[[], None]:
    """Wrap `generate` as tracing libraries do; what takes the wrapper away is returned."""
    below = BaseChatModel.generate

    @functools.wraps(below)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(name)
        return below(self, *args, **kwargs)

    BaseChatModel.generate = wrapper  # type: ignore[method-assign]

    def take_away() -> None:
        BaseChatModel.generate = below  # type: ignore[method-assign]

    return take_away


def answer() -> str:
    return ScriptedChat(["a"]).invoke("hi").text


def test_a_wrapper_from_before_a_run_sees_each_call_once_and_stays() -> None:
    seen: list[str] = []
    instrumented(seen, "langsmith")
    theirs = BaseChatModel.__dict__["generate"]
    with boundary.door(), boundary.scope():
        assert answer() == "a"
    assert seen == ["langsmith"] and BaseChatModel.__dict__["generate"] is theirs


def test_a_wrapper_from_within_a_run_stays_and_is_named_and_the_next_run_works() -> None:
    seen: list[str] = []
    named = pytest.warns(RuntimeWarning, match=r"BaseChatModel.generate was replaced .*test_classes.py:\d+")
    with named, boundary.door(), boundary.scope():
        take_away = instrumented(seen, "otel")
        answer()
    theirs = BaseChatModel.__dict__["generate"]
    assert answer() == "a" and seen == ["otel", "otel"]
    with boundary.door(), boundary.scope():
        assert answer() == "a"
    assert BaseChatModel.__dict__["generate"] is theirs and seen == ["otel"] * 3
    take_away()
    assert answer() == "a"


def test_wrappers_around_a_run_keep_their_order() -> None:
    seen: list[str] = []
    instrumented(seen, "below")
    with boundary.door(), boundary.scope():
        take_away = instrumented(seen, "above")
        answer()
        take_away()
    assert seen == ["above", "below"]
    answer()
    assert seen == ["above", "below", "below"]


def test_a_wrapper_that_is_taken_away_within_a_run_does_not_come_back() -> None:
    take_away = instrumented([], "langsmith")
    with pytest.warns(RuntimeWarning, match="replaced"), boundary.door():
        take_away()
    assert BaseChatModel.__dict__["generate"] is BARE


def test_a_thread_starter_that_somebody_wraps_within_a_run_stays() -> None:
    with pytest.warns(RuntimeWarning, match="Thread.start was replaced"), boundary.door():
        ours = threading.Thread.start
        threading.Thread.start = lambda self: ours(self)  # type: ignore[method-assign]
    ran: list[int] = []
    thread = threading.Thread(target=ran.append, args=(1,))
    thread.start()
    thread.join()
    assert ran == [1]


@pytest.mark.parametrize("server", sorted(boundary._SERVERS))
def test_the_door_stays_shut_where_requests_are_served(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    import sys

    from llmdl_plugins.errors import MisuseError

    monkeypatch.setitem(sys.modules, server, sys)
    with pytest.raises(MisuseError, match=server), boundary.door():
        pass
    assert BaseChatModel.__dict__["generate"] is BARE and not boundary.is_open()


def test_a_server_of_the_installed_version_loads_a_name_that_is_known() -> None:
    pytest.importorskip("langgraph_api", reason="langgraph-api is not installed: pip install 'langgraph-cli[inmem]'")
    import importlib.util

    assert any(importlib.util.find_spec(name) for name in boundary._SERVERS)


def test_leaving_is_silent_where_nobody_meddled() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with boundary.door():
            pass
