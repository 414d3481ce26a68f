"""A notebook as a module: its code cells, each under a line that says which it is."""

from __future__ import annotations

import json
from pathlib import Path


def code(notebook: Path) -> tuple[str, dict[int, int]]:
    """The module, and cell → the line of the module on which the cell's first line stands."""
    lines: list[str] = []
    starts: dict[int, int] = {}
    for number, cell in enumerate(json.loads(notebook.read_text("utf-8"))["cells"]):
        if cell["cell_type"] == "code":
            lines.append(f"# %% cell {number}")
            starts[number] = len(lines) + 1
            lines += [*_plain("".join(cell["source"]).split("\n")), ""]
    return "\n".join(lines) + "\n", starts


def _plain(lines: list[str]) -> list[str]:
    """The lines of a cell; those of IPython, with what continues them, are comments, as is a cell that a shell runs."""
    plain: list[str] = []
    is_shell = any(line.startswith(("%%sh", "%%bash")) for line in lines)
    for line in lines:
        goes_on = bool(plain) and plain[-1].startswith("# ") and plain[-1].endswith("\\")
        is_ours = is_shell or goes_on or line.lstrip().startswith(("%", "!"))
        plain.append(f"# {line}" if is_ours else line)
    return plain
