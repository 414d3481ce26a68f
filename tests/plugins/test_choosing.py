"""Which plugins are used, and in what order: decided before any is imported."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from llmdl_plugins.errors import PluginError, UnknownNameError
from llmdl_plugins.plugins import load_file
from llmdl_plugins.plugins.catalogue import catalogue, find
from llmdl_plugins.plugins.manager import manager, use

from .conftest import HEAD, Install

HOUSE = ["builtin", "dspy", "gepa", "langgraph", "local", "optuna", "ray", "recipes", "sdks"]


def offers(name: str) -> str:
    return f'@hookimpl\ndef llmdl_losses():\n    return [Spec("mine", "json:{name}")]'


@pytest.fixture
def three(install: Install) -> None:
    for name in ("gamma", "alpha", "beta"):
        install(name, offers(name))


def others() -> list[str]:
    names = [plugin.name for plugin in manager().plugins]
    assert names[: len(HOUSE)] == HOUSE
    return names[len(HOUSE) :]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("wish", "used"),
    [
        ("", ["alpha", "beta", "gamma"]),
        ("off", []),
        ("gamma,alpha", ["gamma", "alpha"]),
        ("-beta", ["alpha", "gamma"]),
        (" -beta , -alpha ", ["gamma"]),
    ],
)
def test_the_environment_says_which_and_in_what_order(
    wish: str, used: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMDL_PLUGINS", wish)
    assert others() == used


@pytest.mark.usefixtures("three")
def test_the_order_decides_who_keeps_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    assert catalogue("losses")["mine"].plugin.name == "alpha"
    use(["gamma"])
    assert catalogue("losses")["mine"].plugin.name == "gamma"
    assert {"alpha:mine", "beta:mine"} <= set(catalogue("losses"))


def test_what_is_switched_off_is_not_imported(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("bad", "raise SystemExit")
    for wish in ("off", "-bad"):
        monkeypatch.setenv("LLMDL_PLUGINS", wish)
        use(())
        assert others() == []
    assert "bad_plugin" not in sys.modules


@pytest.mark.usefixtures("three")
def test_a_name_that_nobody_has_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMDL_PLUGINS", "-alfa")
    with pytest.raises(UnknownNameError, match="LLMDL_PLUGINS names 'alfa'.* Did you mean 'alpha'"):
        manager()


def test_one_of_this_distribution_can_be_switched_off_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMDL_PLUGINS", "-sdks")
    assert "openai" not in catalogue("doors") and "langgraph" in catalogue("adapters")


@pytest.fixture
def in_a_file(tmp_path: Path) -> Path:
    path = tmp_path / "my_own_plugin.py"
    path.write_text(f"{HEAD}\nclass Mine:\n    pass\n\n{offers('x').replace('json:x', 'my_own_plugin:Mine')}")
    return path


@pytest.mark.usefixtures("three")
def test_a_file_is_a_plugin_and_comes_before_the_installed_ones(in_a_file: Path) -> None:
    load_file(in_a_file)
    assert find("losses", "mine").__name__ == "Mine"
    assert catalogue("losses")["mine"].plugin.label == f"'my_own_plugin' ({in_a_file})"
    assert others() == ["my_own_plugin", "alpha", "beta", "gamma"]


def test_a_file_is_used_also_where_installed_plugins_are_off(in_a_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMDL_PLUGINS", "off")
    load_file(in_a_file)
    assert "mine" in catalogue("losses")


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        ("gone_plugin.py", None, "There is no plugin file"),
        ("my-plugin.py", "", "a plugin file is named like a module"),
        ("json.py", "", "would be imported as 'json', which is another module here: rename the file"),
        ("broken_plugin.py", "raise ValueError('no')", "is left out: it raised ValueError: no"),
        ("typed_plugin.py", "def", "it raised SyntaxError"),
    ],
)
def test_a_file_that_can_t_be_used_is_an_error_since_the_user_named_it(
    tmp_path: Path, name: str, source: str | None, said: str
) -> None:
    if source is not None:
        (tmp_path / name).write_text(source)
    with pytest.raises(PluginError, match=said):
        load_file(tmp_path / name)
    assert others() == []  # and the next question has forgotten it


def test_a_name_that_is_neither_a_plugin_nor_a_file_is_an_error() -> None:
    use(["langgraf"])
    with pytest.raises(PluginError, match="No plugin 'langgraf' is installed.* Did you mean 'langgraph'"):
        manager()
