"""The doors import no SDK, stand only inside a run, meet an SDK that is imported in it, and leave no trace."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import anthropic._base_client
import openai._base_client
import pytest
from google.genai import _api_client

from llmdl_plugins.door import boundary
from llmdl_plugins.plugins import catalogue
from llmdl_plugins.plugins.spec import Spec

STAINLESS = ("request", "_process_response")
GENAI = ("request", "async_request", "request_streamed", "async_request_streamed")
KINDS = [
    (kind, name)
    for sdk in (openai._base_client, anthropic._base_client)
    for kind in (sdk.SyncAPIClient, sdk.AsyncAPIClient)
    for name in STAINLESS
] + [(_api_client.BaseApiClient, name) for name in GENAI]
BARE = [kind.__dict__[name] for kind, name in KINDS]


def standing() -> list[bool]:
    return [kind.__dict__[name] is not bare for (kind, name), bare in zip(KINDS, BARE, strict=True)]


@pytest.fixture(autouse=True)
def no_trace() -> Iterator[None]:
    path = [*sys.meta_path]
    yield
    assert not any(standing()) and sys.meta_path == path


def test_they_stand_only_inside_the_outermost_run() -> None:
    with boundary.door():
        assert all(standing())
        with boundary.door():
            pass
        assert all(standing())
    assert not any(standing())


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_they_are_gone_after_any_error(error: type[BaseException]) -> None:
    with pytest.raises(error), boundary.door():
        raise error


def test_a_door_that_fails_is_named_and_takes_no_other_down(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"broken": Spec("broken", "json:no_such_door")}
    monkeypatch.setattr(boundary, "catalogue", lambda kind: {**broken, **catalogue.catalogue(kind)})
    with pytest.warns(UserWarning, match="The door 'broken' stays shut"), boundary.door():
        assert all(standing())


def said(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_no_sdk_is_imported_by_us_even_in_a_run() -> None:
    code = """
import sys, llmdl_sdks.doors
from llmdl_plugins.door import boundary
with boundary.door():
    pass
print([m for m in ("openai", "anthropic", "google.genai") if m in sys.modules])
"""
    assert said(code) == "[]"


LATE = """
import sys
from llmdl_plugins.door import boundary
from llmdl_plugins.errors import UnboundCallError
with boundary.door():
    import {module} as sdk
    inside = sdk.{kind}.__dict__["request"]
    assert sdk.__spec__.loader is sdk.__loader__ and type(sdk.__loader__).__name__ == "SourceFileLoader"
    assert inside.__wrapped__
assert sdk.{kind}.__dict__["request"] is inside.__wrapped__
assert not [f for f in sys.meta_path if "llmdl" in type(f).__module__]
with boundary.door():
    assert sdk.{kind}.__dict__["request"].__wrapped__ is inside.__wrapped__
assert sdk.{kind}.__dict__["request"] is inside.__wrapped__
print("met")
"""


@pytest.mark.parametrize(
    ("module", "kind"),
    [
        ("openai._base_client", "AsyncAPIClient"),
        ("anthropic._base_client", "SyncAPIClient"),
        ("google.genai._api_client", "BaseApiClient"),
    ],
)
def test_an_sdk_that_is_imported_inside_a_run_is_met_from_then_on(module: str, kind: str) -> None:
    assert said(LATE.format(module=module, kind=kind)) == "met"


def test_a_version_without_the_methods_is_named_and_runs_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    strange: Any = type(openai._base_client)("openai._base_client")
    monkeypatch.setitem(sys.modules, "openai._base_client", strange)
    with pytest.warns(UserWarning, match="The door 'openai' stays shut"), boundary.door():
        assert not any(standing()[:4]) and all(standing()[4:])
