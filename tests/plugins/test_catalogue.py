"""Plugins: listed without being imported, kept apart where they fail, and told from each other where they clash."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pluggy
import pytest

from llmdl_plugins.errors import MissingExtraError, UnknownNameError
from llmdl_plugins.plugins import builtin, catalogue, hookspecs, manager
from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.spec import Spec


class Good:
    @hookimpl
    def llmdl_losses(self) -> list[Spec]:
        return [Spec("mine", "json:dumps"), Spec("exact_match", "json:loads")]


class Bad:
    @hookimpl
    def llmdl_losses(self) -> list[Spec]:
        raise RuntimeError("broken")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    manager.manager.cache_clear()
    catalogue.catalogue.cache_clear()
    yield
    manager.manager.cache_clear()
    catalogue.catalogue.cache_clear()


def installed(monkeypatch: pytest.MonkeyPatch, **plugins: Any) -> None:
    entries = [SimpleNamespace(name=name, load=load, dist=None) for name, load in plugins.items()]
    monkeypatch.setattr(manager, "entry_points", lambda group: entries)


def test_every_builtin_target_can_be_imported_or_names_its_extra() -> None:
    for specs in (builtin.llmdl_losses(), builtin.llmdl_optimizers()):
        for spec in specs:
            assert callable(spec.load()) and spec.summary


def test_one_that_fails_takes_no_other_down_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise ImportError("no module")

    installed(monkeypatch, bad=Bad, exits=lambda: sys.exit(3), gone=missing, good=Good)
    with pytest.warns(UserWarning, match="The plugin 'bad' is left out: it raised RuntimeError"):
        losses = catalogue.catalogue("losses")
    assert "mine" in losses and {b.name for b in manager.manager()[1]} == {"exits", "gone"}


def test_of_two_with_one_name_the_first_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, good=Good)
    losses = catalogue.catalogue("losses")
    assert losses["exact_match"].target == "llmdl_plugins.losses.exact_match:ExactMatch"
    assert losses["good:exact_match"].target == "json:loads"


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("losses", "exact", "No loss 'exact'. Did you mean 'exact_match'"),
        ("losses", "f2", "No loss 'f2'. Known: contains"),
        ("optimizers", "demonstration", "No optimizer 'demonstration'. Did you mean 'demonstrations'"),
    ],
)
def test_an_unknown_name_is_told_with_near_ones(kind: str, name: str, said: str) -> None:
    with pytest.raises(UnknownNameError, match=said):
        catalogue.find(kind, name)


def test_a_missing_requirement_names_the_extra_and_a_bug_is_not_mistaken_for_one() -> None:
    with pytest.raises(MissingExtraError, match=r"pip install 'llmdl-plugins\[search\]'"):
        Spec("x", "not_installed_here.sub:Thing", requires=("not_installed_here",), extra="search").load()
    with pytest.raises(ModuleNotFoundError):
        Spec("x", "not_installed_here:Thing").load()


def test_listing_imports_no_target() -> None:
    code = """
import sys
from llmdl_plugins.plugins.catalogue import catalogue
catalogue("losses"), catalogue("optimizers")
print([m for m in sys.modules if m.startswith(("llmdl_plugins.losses", "llmdl_plugins.optimizers", "langchain"))])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_hooks_are_declared_for_every_builtin() -> None:
    found = pluggy.PluginManager(manager.GROUP)
    found.add_hookspecs(hookspecs)
    found.register(builtin)
    found.check_pending()
