"""Imports copied sources under a package name of their own, beside the originals."""

from __future__ import annotations

import ast
import atexit
import importlib.util
import re
import shutil
import sys
import tempfile
from collections.abc import Collection, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from uuid import uuid4

from llmdl_langgraph.exporting.copies import encoding
from llmdl_langgraph.exporting.patch import span_offsets
from llmdl_langgraph.reading.source import COPY
from llmdl_langgraph.wording.template import parsed


def private_import(files: Mapping[str, bytes], tops: Collection[str], module: str) -> ModuleType:
    """A module of these files; their imports of each other lead to the copies.

    Args:
        files: path → content.
        tops: the top-level names that the files define.
        module: the import name, as the files know it.
    """
    package = f"{COPY}{uuid4().hex[:12]}"
    root = Path(tempfile.mkdtemp(prefix="patched-")) / package
    atexit.register(shutil.rmtree, root.parent, ignore_errors=True)
    for path, content in {"__init__.py": b"", **files}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        # What stands in "copies" has the names of the sources beside it, and imports its own kind.
        is_redirected = path.endswith(".py") and not path.startswith("copies/")
        target.write_bytes(_redirected(content, package, tops) if is_redirected else content)
    _register(package, root)
    return import_module(f"{package}.{module}")


def redirected(source: str, package: str, tops: Collection[str]) -> str:
    """A source whose imports of these top-level names go to a package.

    >>> redirected("import app.prompts, os\\n", "p", {"app"})
    'import p.app.prompts; from p import app; import os\\n'
    """
    for node in sorted(_imports(source), key=lambda n: n.lineno, reverse=True):
        start, end = span_offsets(source, node)
        source = source[:start] + _statement(node, source[start:end], package, tops) + source[end:]
    return source


def _redirected(content: bytes, package: str, tops: Collection[str]) -> bytes:
    spelled = encoding(content)
    return redirected(content.decode(spelled).replace("\r\n", "\n"), package, tops).encode(spelled)


def _imports(source: str) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in ast.walk(parsed(source)) if isinstance(node, ast.Import | ast.ImportFrom)]


def _statement(node: ast.Import | ast.ImportFrom, text: str, package: str, tops: Collection[str]) -> str:
    if isinstance(node, ast.ImportFrom):
        ours = not node.level and (node.module or "").partition(".")[0] in tops
        return re.sub(r"from(\s+)", rf"from\g<1>{package}.", text, count=1) if ours else text
    if not any(alias.name.partition(".")[0] in tops for alias in node.names):
        return text
    return "; ".join(_import(alias, package, tops) for alias in node.names)


def _import(alias: ast.alias, package: str, tops: Collection[str]) -> str:
    top, _, below = alias.name.partition(".")
    named = f" as {alias.asname}" if alias.asname else ""
    if top not in tops:
        return f"import {alias.name}{named}"
    if alias.asname:
        return f"import {package}.{alias.name}{named}"
    return f"import {package}.{alias.name}; from {package} import {top}" if below else f"from {package} import {top}"


def _register(package: str, root: Path) -> None:
    spec = importlib.util.spec_from_file_location(package, root / "__init__.py", submodule_search_locations=[str(root)])
    assert spec and spec.loader
    sys.modules[package] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
