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
            lines += [_plain(line) for line in "".join(cell["source"]).split("\n")] + [""]
    return "\n".join(lines) + "\n", starts


def _plain(line: str) -> str:
    return f"# {line}" if line.lstrip().startswith(("%", "!")) else line
