"""pluggy and typer keep what plugins rely on."""

from __future__ import annotations

from typing import Any

import pluggy
import pytest
import typer
from typer.core import TyperGroup

from llmdl_plugins.plugins import hookspecs
from llmdl_plugins.plugins.hookspecs import hookimpl
from llmdl_plugins.plugins.loading import MARK

from ..contracts import Contract, has, own


@hookimpl(wrapper=True)
def llmdl_losses() -> Any:
    return (yield)


class Plugin:
    @hookimpl
    def llmdl_losses(self) -> list[Any]:
        return []


def implementations() -> bool:
    manager = pluggy.PluginManager("llmdl_plugins")
    manager.add_hookspecs(hookspecs)
    manager.register(Plugin(), name="mine")
    (found,) = manager.hook.llmdl_losses.get_hookimpls()
    return found.plugin_name == "mine" and found.function() == []


def one_command() -> bool:
    app = typer.Typer()
    app.command("x", short_help="short")(lambda: None)
    return typer.main.get_command(app).get_short_help_str() == "short"


CONTRACTS = [
    Contract(
        "pluggy", "what is marked carries its options in an attribute named after the project",
        "llmdl_plugins/plugins/loading.py", "pluggy/_hooks.py", lambda: getattr(llmdl_losses, MARK)["wrapper"] is True,
    ),
    Contract(
        "pluggy", "an implementation knows its plugin's name and its function", "llmdl_plugins/plugins/manager.py",
        "pluggy/_hooks.py", implementations,
    ),
    Contract(
        "typer", "a group lists, gets and resolves commands in methods of its own", "llmdl_plugins/cli/commands.py",
        "typer/core.py", lambda: all(hasattr(TyperGroup, n) for n in ("list_commands", "get_command", "invoke"))
        and own(TyperGroup, "resolve_command")(),
    ),
    Contract(
        "typer", "an app knows its commands", "llmdl_plugins/plugins/structure.py", "typer/main.py",
        has(typer.Typer(), "registered_commands"),
    ),
    Contract(
        "typer", "an app of one function is a command", "llmdl_plugins/cli/commands.py", "typer/main.py", one_command,
    ),
]  # fmt: skip


@pytest.mark.parametrize("contract", CONTRACTS, ids=str)
def test_pluggy_and_typer_keep(contract: Contract) -> None:
    contract.check()
