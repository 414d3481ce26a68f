"""A notebook as a module of its own name; only what defines the graph is run, so loading sends nothing."""

from __future__ import annotations

import ast
import asyncio
import importlib.util
import inspect
import re
import sys
from importlib.abc import InspectLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from llmdl_plugins.notebook.book import Notebook
from llmdl_plugins.notebook.needed import needed_for


class NotebookLoader(InspectLoader):
    """Loads a notebook as far as one of its names needs it.

    Args:
        path: the notebook.
        wanted: the name.
    """

    def __init__(self, path: Path, wanted: str) -> None:
        self.path, self.wanted = path, wanted

    def get_source(self, fullname: str) -> str:
        """All code cells in order."""
        return Notebook.read(self.path).source

    def script(self, source: str) -> str:
        """What of a source of this notebook the name needs; lines stay in place."""
        return needed_for(source, self.wanted)

    def get_code(self, fullname: str) -> CodeType:
        """The code that defines the name."""
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code: Any = compile(self.script(self.get_source(fullname)), str(self.path), "exec", flags, dont_inherit=True)
        return code  # type: ignore[no-any-return]

    def exec_module(self, module: ModuleType) -> None:
        """Run it; cells may await."""
        ran = eval(self.get_code(module.__name__), vars(module))  # the user's own code
        if inspect.iscoroutine(ran):
            asyncio.run(ran)


def load_notebook(path: Path, wanted: str) -> ModuleType:
    """The notebook as a module, under a name that can be imported.

    Args:
        path: the notebook.
        wanted: the name in it that is needed.
    """
    name = module_name(path)
    spec = importlib.util.spec_from_loader(name, NotebookLoader(path.resolve(), wanted), origin=str(path.resolve()))
    assert spec and spec.loader
    spec.has_location = True
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def module_name(path: Path) -> str:
    """The name under which a notebook is loaded.

    >>> module_name(Path("1. my-book.ipynb"))
    'nb_1__my_book'
    """
    name = re.sub(r"\W", "_", path.stem)
    return name if name.isidentifier() else f"nb_{name}"
