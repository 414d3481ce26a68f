"""The commands, ours and those of plugins: named in `llmdl --help`, imported when they are called."""

from __future__ import annotations

import sqlite3
from typing import Any

import typer
from typer.core import TyperGroup

from llmdl_plugins.errors import PluginError
from llmdl_plugins.plugins import builtin
from llmdl_plugins.plugins.catalogue import Offer, catalogue
from llmdl_plugins.plugins.declared import declared
from llmdl_plugins.plugins.loading import told
from llmdl_plugins.printable import printable

HELP = {"help_option_names": ["-h", "--help"]}
_Usage: Any = typer.BadParameter.__base__  # what all misuse of a command is, where typer keeps it


class Commands(TyperGroup):
    """Our own commands, and after them those of plugins; ours keep their names."""

    _running: Offer | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ours = {spec.name: spec for spec in builtin.llmdl_commands()}
        self.commands = {name: command(name, lambda: None, spec.summary) for name, spec in self._ours.items()}

    def list_commands(self, ctx: Any) -> list[str]:
        """All names; nothing of a plugin is imported."""
        return [*self.commands, *(name for name in declared() if name not in self.commands)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One of ours, or what stands in the help for one of a plugin."""
        if cmd_name in self.commands or (summary := declared().get(cmd_name)) is None:
            return super().get_command(ctx, cmd_name)
        return command(cmd_name, lambda: None, summary)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called, now imported."""
        name = args[0]
        if (ours := self._ours.get(name)) is not None:
            return name, command(name, ours.load(), ours.summary), args[1:]
        if name.startswith("-") or (offer := catalogue("commands").get(name)) is None:
            return super().resolve_command(ctx, args)
        self._running = offer
        return name, command(name, offer.load(), offer.summary), args[1:]

    def invoke(self, ctx: Any) -> Any:
        """Run it; what the disk or the network told a plugin's command is not told as ours."""
        try:
            return super().invoke(ctx)
        except _Usage as error:
            error.message = printable(error.message)  # it repeats what was typed, or pasted
            raise
        except (OSError, sqlite3.Error) as error:
            if (offer := self._running) is None:
                raise
            raise PluginError(f"{offer.name} of the plugin {offer.plugin.label} raised {told(error)}") from error


def command(name: str, target: Any, summary: str) -> Any:
    """What typer makes of a function, or of an app."""
    if isinstance(target, typer.Typer):
        return typer.main.get_command(target)
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command(name, help=target.__doc__ or summary, short_help=summary, context_settings=HELP)(target)
    return typer.main.get_command(app)
