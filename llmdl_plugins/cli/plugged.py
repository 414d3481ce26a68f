"""The option `--plugin`, and how plugins are loaded where the guard stands."""

from __future__ import annotations

from typing import Annotated

import typer

from llmdl_plugins.plugins.manager import manager, use


def _use(given: list[str] | None) -> list[str] | None:
    if given:
        use(given)
    return given


Plugins = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin",
        callback=_use,
        help="A plugin that comes before the installed ones: a file, or the name of an installed one.",
    ),
]


def load_guarded() -> None:
    """Load plugins under the guard: what one is about to do to the world outside fails its import, and nothing else."""
    from llmdl_plugins.door.scope import adrift

    before = len(adrift)
    manager()
    del adrift[before:]
