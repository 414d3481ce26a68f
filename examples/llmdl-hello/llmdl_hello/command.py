"""How a run ended, in one line."""

import json
from pathlib import Path
from typing import Annotated

import typer


def hello(
    run: Annotated[Path, typer.Argument(help="The run folder.")],
    calls: Annotated[bool, typer.Option(help="Say how many calls it took.")] = False,
) -> None:
    """Say in one line how a run ended."""
    try:
        told = json.loads((run / "result.json").read_text(encoding="utf-8"))
        line = f"{told['status']}: {told['accepted']} of {told['proposed']} proposals were accepted"
        print(f"{line}, {told['spent']['calls']} calls" if calls else line)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise typer.BadParameter(f"{run} holds no result that can be read: {error}") from error
