"""What plugins offer: every kind by name, told from each other where they clash, and listed without being imported."""

from __future__ import annotations

import subprocess
import sys

import pluggy
import pytest

from llmdl_plugins.errors import MissingExtraError, PluginError, UnknownNameError
from llmdl_plugins.module import Module
from llmdl_plugins.plugins import builtin, hookspecs
from llmdl_plugins.plugins.catalogue import catalogue, find
from llmdl_plugins.plugins.installed import GROUP
from llmdl_plugins.plugins.kinds import KINDS
from llmdl_plugins.plugins.spec import Spec

from .conftest import Install


def test_every_builtin_target_can_be_imported_and_has_a_summary() -> None:
    for kind in KINDS:
        for offer in catalogue(kind).values():
            if offer.plugin.name == "builtin":
                assert callable(offer.load()) and offer.summary


def test_every_layer_and_container_of_the_house_is_found_by_name() -> None:
    found = {kind: set(catalogue(kind)) for kind in ("layers", "containers")}
    assert found["layers"] >= {"prompt", "identity", "demonstrations", "retrieved"}
    assert found["containers"] >= {"sequential", "choice"}
    assert all(issubclass(find(kind, name), Module) for kind, names in found.items() for name in names)


@pytest.mark.parametrize("kind", KINDS)
def test_a_plugin_adds_to_every_kind(install: Install, kind: str) -> None:
    install(
        "mine",
        f"""
        @hookimpl
        def llmdl_{kind}():
            return [Spec("dumps", "json:dumps", "writes JSON")]
        """,
    )
    assert find(kind, "dumps") is __import__("json").dumps
    assert catalogue(kind)["dumps"].plugin.label == "'mine' (mine 1.0)"


def test_of_two_with_one_name_the_first_keeps_it_and_the_other_is_told_apart(install: Install) -> None:
    for name in ("alpha", "beta"):
        install(name, f'@hookimpl\ndef llmdl_losses():\n    return [Spec("mine", "json:{name}"), Spec("f1", "json:x")]')
    losses = catalogue("losses")
    assert losses["f1"].spec.target == "llmdl_plugins.losses.f1:F1"
    assert losses["mine"].spec.target == "json:alpha" and losses["beta:mine"].spec.target == "json:beta"
    assert {"alpha:f1", "beta:f1"} <= set(losses)


def test_a_search_is_found_as_an_optimizer_too(install: Install) -> None:
    install("grid", '@hookimpl\ndef llmdl_searches():\n    return [Spec("grid", "json:dumps")]')
    assert find("optimizers", "grid", also="searches") is find("searches", "grid")
    with pytest.raises(UnknownNameError, match="No optimizer 'gridd'. Did you mean 'grid'"):
        find("optimizers", "gridd", also="searches")


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("losses", "exact", "No loss 'exact'. Did you mean 'exact_match'"),
        ("losses", "f2", "No loss 'f2'. Did you mean 'f1'|No loss 'f2'. Known: contains"),
        ("optimizers", "demonstration", "No optimizer 'demonstration'. Did you mean 'demonstrations'"),
        ("searches", "x", "No search 'x'"),
        ("loses", "x", "There is no kind 'loses'. Did you mean 'losses'"),
    ],
)
def test_an_unknown_name_is_told_with_near_ones(kind: str, name: str, said: str) -> None:
    with pytest.raises(UnknownNameError, match=said):
        find(kind, name)


def test_a_missing_requirement_names_the_extra_and_a_bug_is_not_mistaken_for_one() -> None:
    with pytest.raises(MissingExtraError, match=r"pip install 'llmdl-plugins\[search\]'"):
        Spec("x", "not_installed_here.sub:Thing", requires=("not_installed_here",), extra="search").load()
    with pytest.raises(ModuleNotFoundError):
        Spec("x", "not_installed_here:Thing").load()


def test_a_missing_requirement_of_a_plugin_names_the_extra_of_its_distribution(install: Install) -> None:
    spec = 'Spec("x", "gone:X", requires=("gone",), extra="all")'
    install("mine", f"@hookimpl\ndef llmdl_losses():\n    return [{spec}]")
    with pytest.raises(MissingExtraError, match=r"pip install 'mine\[all\]'"):
        find("losses", "x")


def test_a_target_that_fails_is_named_with_its_distribution_and_version(install: Install) -> None:
    install("mine", '@hookimpl\ndef llmdl_losses():\n    return [Spec("x", "json:no_such")]')
    with pytest.raises(PluginError, match=r"The loss 'x' of the plugin 'mine' \(mine 1.0\) can't be imported: Attrib"):
        find("losses", "x")


def test_listing_imports_no_target() -> None:
    code = """
import sys
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.plugins.kinds import KINDS
[catalogue(kind) for kind in KINDS]
print([m for m in sys.modules if m.startswith(("llmdl_plugins.losses", "llmdl_plugins.optimizers", "langchain"))])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_hooks_are_declared_for_every_builtin() -> None:
    found = pluggy.PluginManager(GROUP)
    found.add_hookspecs(hookspecs)
    found.register(builtin)
    found.check_pending()
