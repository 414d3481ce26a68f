"""The public names of the testing package, and what naming them costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import llmdl_plugins.testing as testing

HEAVY = ["langchain_core", "langgraph", "pydantic", "dspy", "numpy", "httpx", "openai"]


def loaded(statement: str) -> set[str]:
    script = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stdout.split()}


def test_every_public_name_is_there() -> None:
    for name in testing.__all__:
        assert getattr(testing, name).__name__ == name
    assert set(testing.__all__) <= set(dir(testing))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="MockChat"):
        testing.MockChat  # noqa: B018


@pytest.mark.parametrize("names", ["", "Simulator, Settings, Reply, server_process"])
def test_the_simulator_needs_the_standard_library_only(names: str) -> None:
    statement = f"from llmdl_plugins.testing import {names}" if names else "import llmdl_plugins.testing"
    assert not loaded(statement) & set(HEAVY)


def test_the_server_needs_the_standard_library_only() -> None:
    assert not loaded("import llmdl_plugins.testing.server") & set(HEAVY)
