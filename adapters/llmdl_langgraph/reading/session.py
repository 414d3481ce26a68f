"""The cells that a running Jupyter or IPython session has executed, as one source: they are in no file."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from llmdl_langgraph.wording.template import parsed

SESSION = Path("<jupyter session>")


@dataclass(frozen=True)
class Session:
    """The executed cells in order.

    Args:
        text: the cells; what a later cell defines anew is left out.
        begins: the name under which a cell was compiled → how many lines stand in front of it.
    """

    text: str
    begins: Mapping[str, int]
    file: Path = SESSION


def session_of(module: ModuleType) -> Session | None:
    """The session whose names live in this module; None where it is an ordinary one."""
    shell = _shell()
    if shell is None or getattr(shell, "user_module", None) is not module:
        return None
    lines, begins = 0, {}
    texts = []
    for number, raw, cell in _lasting(list(_executed(shell))):
        texts.append(f"# In[{number}]\n{cell.rstrip()}\n")
        begins[shell.compile.get_code_name(raw, cell, number)] = lines + 1
        lines += texts[-1].count("\n")
    return Session("".join(texts), begins)


def _shell() -> Any:
    # Whoever runs in IPython has loaded it; nobody else has to.
    shell = sys.modules.get("IPython.core.interactiveshell")
    return shell.InteractiveShell._instance if shell else None


def _executed(shell: Any) -> Any:
    history = shell.history_manager
    both = zip(history.input_hist_raw, history.input_hist_parsed, strict=False)
    yield from ((n, raw, cell) for n, (raw, cell) in enumerate(both) if cell.strip() and _is_python(cell))


def _lasting(cells: Sequence[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """The cells that define something which no later cell defines anew."""
    kept: list[tuple[int, str, str]] = []
    later: set[str] = set()
    for number, raw, cell in reversed(cells):
        names = _defined(cell)
        if not names or names - later:
            kept.insert(0, (number, raw, cell))
        later |= names
    return kept


def _defined(cell: str) -> set[str]:
    found = set()
    for node in parsed(cell).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.Assign | ast.AnnAssign):
            found |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return found


def _is_python(cell: str) -> bool:
    try:
        parsed(cell)
    except (SyntaxError, ValueError):
        return False
    return True
