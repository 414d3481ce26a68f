"""Options that say how fast models are asked and how long is waited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from llmdl_plugins.run.terms import Terms


@dataclass(frozen=True)
class Pace:
    """How fast, and how long."""

    rpm: Annotated[float | None, typer.Option("--rpm", help="Requests a minute, for each model.")] = None
    tpm: Annotated[float | None, typer.Option("--tpm", help="Tokens a minute in and out, for each model.")] = None
    timeout: Annotated[
        float,
        typer.Option(
            help="Seconds for one attempt at a model call, 0 for no limit. As long as it is, it cuts no model off that "
            "reasons before it answers; a call that hangs is tried again."
        ),
    ] = 600
    rollout_timeout: Annotated[
        float,
        typer.Option(
            help="Seconds that the application may take by itself for one row, waiting for models not counted; 0 for "
            "no limit. More is an error of the row."
        ),
    ] = 1800

    def terms(self) -> Terms:
        """What these options say together."""
        from llmdl_plugins.run.terms import Terms

        return Terms(self.timeout or None, self.rollout_timeout or None, self.rpm, self.tpm)
