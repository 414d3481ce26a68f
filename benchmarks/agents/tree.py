"""An agent's files: where the checkout is, a copy to work on, and the import from it."""

from __future__ import annotations

import ast
import asyncio
import importlib
import importlib.util
import os
import shutil
import sys
import types
from pathlib import Path
from typing import Any

import notebook
import stubs
from spec import Agent

AGENTS_DIR = Path(os.environ.get("AGENTS_DIR", "runs/agents/checkouts")).resolve()
AGENTS_WORK = Path(os.environ.get("AGENTS_WORK", "runs/agents/work")).resolve()
HERE = Path(__file__).resolve().parent
SPECS = Path(os.environ.get("AGENTS_SPECS", HERE / "specs")).resolve()
LEFT_OUT = shutil.ignore_patterns(".git", "node_modules", "__pycache__", "*.png", "*.jpg", "*.gif", "*.mp4", "*.lock")


def agent(name: str) -> Agent:
    """The agent of a file in a folder of `specs/`."""
    [path] = SPECS.glob(f"*/{name}.py")
    loaded = importlib.util.spec_from_file_location(f"agent_spec_{name}", path)
    assert loaded and loaded.loader
    module = importlib.util.module_from_spec(loaded)
    loaded.loader.exec_module(module)
    found: Agent = module.AGENT
    return found


def checkout(of: Agent) -> Path | None:
    """Where the agent's commit is checked out, or None."""
    named = f"{of.repository.replace('/', '+')}@"
    found = [path for path in AGENTS_DIR.glob(f"{named}*") if of.commit.startswith(path.name.removeprefix(named)[:40])]
    return found[0] if found else None


def copied(of: Agent, source: Path, into: Path) -> Path:
    """A fresh copy of the agent's files; a notebook lies beside itself as a module."""
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(source, into, ignore=LEFT_OUT, ignore_dangling_symlinks=True)
    file, _ = _target(of)
    if file.endswith(".ipynb"):
        as_module(into / file).write_text(notebook.code(into / file)[0], "utf-8")
    (into / ".git").mkdir()  # the root that a patch is relative to
    return into


def as_module(book: Path) -> Path:
    """The module of a notebook."""
    return book.with_name(f"{book.stem.replace('-', '_')}_book.py")


def imported(of: Agent, root: Path) -> Any:
    """The agent's graph, imported from a copy with everything external replaced."""
    _step_aside()
    stubs.install(root)
    file, attribute = _target(of)
    is_book = file.endswith(".ipynb")
    above = root / file if is_book else root / of.root
    sys.path.insert(0, str(above.parent if is_book else above))
    os.chdir(sys.path[0])
    of.prepare()
    module = _run(as_module(root / file), attribute) if is_book else importlib.import_module(file)
    of.imported(module)
    graph = getattr(module, attribute)
    return graph() if isinstance(graph, types.FunctionType) else graph


def _target(of: Agent) -> tuple[str, str]:
    file, _, attribute = of.target.rpartition(":")
    return file, attribute


def _run(book: Path, attribute: str) -> types.ModuleType:
    """The module of a notebook; what fails after the graph is made is of no interest."""
    module = sys.modules[book.stem] = types.ModuleType(book.stem)
    module.__file__ = str(book)
    try:
        cells = compile(book.read_text("utf-8"), str(book), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        if (waited := eval(cells, module.__dict__)) is not None:  # a cell awaits
            asyncio.run(waited)
    except Exception:
        if attribute not in module.__dict__:
            raise
    return module


def _step_aside() -> None:
    """An agent may have modules named as ours."""
    for name, module in list(sys.modules.items()):
        if name != "__main__" and str(getattr(module, "__file__", "")).startswith(str(HERE)):
            del sys.modules[name]
    sys.path[:] = [path for path in sys.path if Path(path or ".").resolve() != HERE]
