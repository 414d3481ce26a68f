"""`llmdl export`: the trained application, as a diff, a module or values."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from llmdl_plugins.errors import MisuseError, did_you_mean

FORMS = ("patch", "weights", "module")


def export(
    run: Annotated[Path, typer.Argument(help="The folder of a finished run.")],
    form: Annotated[str, typer.Option("--as", help="patch, weights, or module (a folder of plain code).")] = "patch",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File or folder to write; else it is printed.")
    ] = None,
    candidate: Annotated[bool, typer.Option(help="Hand over the values even if no gain was shown.")] = False,
) -> None:
    """Export what a run ended with: nothing is handed over unless the sealed test showed a gain."""
    from llmdl_plugins.cli.run_folder import PastRun

    if form not in FORMS:
        raise MisuseError(f"Can't export as {form!r}.{did_you_mean(form, FORMS)}")
    if output is not None and not output.absolute().parent.is_dir():
        raise MisuseError(f"There is no folder {output.absolute().parent} to write to.")
    past = PastRun.read(run)
    values = past.values(candidate)
    if not values:
        print(_nothing(past.result["status"], candidate), file=sys.stderr)
    made = past.network().export(form, values)
    if isinstance(made, dict) and form == "module":
        _write_folder(output or run / "module", made)
    else:
        _write(output, made)


def _nothing(status: str, candidate: bool) -> str:
    other = "it changed no value" if candidate else "--candidate gives what it ended with"
    return f"The run ended with {status!r}, so the untouched application is handed over ({other})."


def _write(output: Path | None, made: Any) -> None:
    import json

    text = made if isinstance(made, str) else json.dumps(made, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        sys.stdout.write(text)
        if not text:
            print("No prompt text was changed: the patch is empty.", file=sys.stderr)
    else:
        output.write_text(text, encoding="utf-8")
        print(output)


def _write_folder(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise MisuseError(f"{name} would be written outside {folder}.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(folder)
