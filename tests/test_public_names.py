"""The public surface is what it says, and importing it is cheap."""

from __future__ import annotations

import subprocess
import sys

import pytest

import llmdl_plugins

HEAVY = {"langchain_core", "langgraph", "pydantic", "dspy", "optuna", "numpy"}


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after some code."""
    probe = f"import sys\n{code}\nprint(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("name", llmdl_plugins.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert (getattr(llmdl_plugins, name).__doc__ or "").strip() or name == "State"


def test_the_list_of_names_is_complete() -> None:
    assert sorted(llmdl_plugins._HOME) == llmdl_plugins.__all__ == sorted(llmdl_plugins.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Trainr'"):
        llmdl_plugins.Trainr  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_by("import llmdl_plugins") & HEAVY == set()


def test_help_imports_no_plugin_and_nothing_heavy() -> None:
    code = "from llmdl_plugins.cli import app; app(['--help'], standalone_mode=False)"
    assert loaded_by(code) & (HEAVY | {"llmdl_langgraph", "llmdl_local", "llmdl_recipes"}) == set()


def test_listing_plugins_imports_no_target() -> None:
    code = "from llmdl_plugins.plugins.catalogue import catalogue\nassert {'langgraph'} <= set(catalogue('adapters'))"
    assert loaded_by(code) & (HEAVY | {"xllamacpp"}) == set()
