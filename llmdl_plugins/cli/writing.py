"""What `llmdl export` writes: a file with the reviewer's page beside it, a folder of code, or the terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from llmdl_plugins.cli.output import say
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.printable import printable

_REVIEW = "REVIEW.md"
_OURS = ("requirements.txt", "langgraph.json")


def page_beside(patch: Path) -> Path:
    """Where the reviewer's page goes: never over a page that is somebody else's."""
    from llmdl_plugins.report.review import TITLE

    page = patch.with_name(_REVIEW)
    ours = not page.exists() or page.read_text(encoding="utf-8", errors="replace").startswith(TITLE)
    return page if ours else patch.with_name(f"{patch.stem}.{_REVIEW}")


def write(output: Path | None, made: Any) -> None:
    """Write a text, or values as JSON, into a file; print it where there is none."""
    text = made if isinstance(made, str) else json.dumps(made, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        # On a screen it is read; what goes into a pipe or a file is to be applied.
        sys.stdout.write(printable(text) if sys.stdout.isatty() else text)
    else:
        output.write_text(text, encoding="utf-8", newline="")
        say(str(output))
    if not text:
        say("No prompt text was changed: the patch is empty.", sys.stderr)


def write_folder(folder: Path, files: dict[str, str]) -> None:
    """Write a folder of code; what in it is no code is named.

    Raises:
        MisuseError: a file would lie outside it.
    """
    for name, text in files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise MisuseError(f"{name} would be written outside {folder}.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    say(str(folder))
    if read := sorted(name for name in files if not name.endswith(".py") and name not in _OURS):
        say(f"with files that the code may read, look through them: {', '.join(read)}", sys.stderr)
