"""A notebook is a target like a file: shown without running it all, patched in its JSON, exported as plain code."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmdl_langgraph.adapt import adapt
from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.network import LangGraphNetwork
from llmdl_plugins.errors import TargetError
from llmdl_plugins.target import load_target

from ..written import written
from .conftest import AGENTS
from .test_export import NASTY, sent, sent_alone

CONSTANT = (AGENTS / "constant.py").read_text(encoding="utf-8")
INPUTS = {"messages": [{"role": "user", "content": "My invoice is wrong"}]}


def book(*cells: str) -> str:
    told = [{"cell_type": "markdown", "metadata": {}, "source": ["# Mail"]}]
    told += [
        {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [{"text": ["x"]}],
         "source": cell.splitlines(keepends=True)}
        for cell in cells
    ]  # fmt: skip
    return json.dumps({"cells": told, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


@pytest.fixture
def notebook(folder: Path) -> Iterator[Path]:
    """The agent of `constant.py` as a notebook that also tries itself out."""
    head, _, tail = CONSTANT.partition("\nclass State")
    path = folder / "my mail.ipynb"
    tried = f"!ls\nfor piece in graph.stream({INPUTS}):\n    print(piece)"
    path.write_text(book("%pip install langgraph\n" + head, "class State" + tail, tried), encoding="utf-8")
    before = set(sys.modules), list(sys.path)
    yield path
    sys.path[:] = before[1]
    for name in set(sys.modules) - before[0]:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
            del sys.modules[name]


def opened(path: Path) -> tuple[LangGraphNetwork, Any]:
    net = adapt(load_target(f"{path}:graph"))
    assert isinstance(net, LangGraphNetwork)
    return net, sys.modules["model"].model


def test_only_what_the_graph_needs_is_run(notebook: Path) -> None:
    net, model = opened(notebook)
    assert model.calls == []
    assert list(net.named_parameters()) == ["sort/system_prompt", "reply/text"]
    assert opened(notebook)[0].graph is net.graph


@pytest.mark.parametrize("value", ["Sort it, please.", NASTY.replace("\u2028", "\\u2028")])
def test_a_patch_of_a_notebook_applies_and_sends_what_the_bound_run_sent(notebook: Path, value: str) -> None:
    subprocess.run(["git", "init", "-q", "."], cwd=notebook.parent, check=True)
    net, model = opened(notebook)
    values = {"sort/system_prompt": value, "reply/text": "Answer a mail about {label}."}
    bound, before = sent(net, model, values, INPUTS), notebook.read_text()
    patch = net.export("patch", values)
    assert len([line for line in patch.splitlines() if line[0] in "+-"]) == 2 + 4  # two headers, two lines each way
    subprocess.run(["git", "apply", "-"], cwd=notebook.parent, input=patch.encode(), check=True)
    assert notebook.read_text().endswith("}\n") and json.loads(notebook.read_text())["metadata"] == {}
    (notebook.parent / "again").mkdir()
    again = notebook.rename(notebook.parent / "again" / "patched.ipynb")
    patched, _ = opened(again)
    assert sent(patched, model, {}, INPUTS) == bound
    subprocess.run(["git", "init", "-q", "."], cwd=again.parent, check=True)
    again.rename(notebook)
    subprocess.run(["git", "apply", "-R", "-"], cwd=notebook.parent, input=patch.encode(), check=True)
    assert notebook.read_text() == before


def test_a_notebook_exports_as_a_plain_module(notebook: Path, tmp_path: Path) -> None:
    net, model = opened(notebook)
    values = {"sort/system_prompt": NASTY}
    bound = sent(net, model, values, INPUTS)
    files = net.export("module", values)
    assert "my_mail.py" in files and not any(name.endswith(".ipynb") for name in files)
    assert "graph.stream" not in files["my_mail.py"]
    written(tmp_path / "alone", files)
    assert sent_alone((tmp_path / "alone", "app", INPUTS)) == [bound]
    graph = net.export("graph", values)
    asyncio.run(graph.ainvoke(INPUTS))


def test_an_exported_notebook_is_verified(notebook: Path) -> None:
    net, _ = opened(notebook)
    assert net.verify([INPUTS], {"sort/system_prompt": NASTY}).equal


def test_errors_name_the_cell_and_the_line(notebook: Path) -> None:
    net, _ = opened(notebook)
    notebook.write_text(notebook.read_text().replace("You sort support mail", "You file support mail"))
    with pytest.raises(
        CannotExportError, match=r"sort/system_prompt can't be exported to .*my mail.ipynb, cell 2, line"
    ):
        net.export("patch", {"sort/system_prompt": "Sort."})


def test_a_cell_that_raises_is_named(folder: Path) -> None:
    path = folder / "broken.ipynb"
    path.write_text(book("x = 1", "\nx = 1 / 0\ngraph = x"))
    with pytest.raises(TargetError, match=r"broken.ipynb raised ZeroDivisionError in cell 3, line 2: division by zero"):
        load_target(f"{path}:graph")
    path.write_text("{}")
    with pytest.raises(TargetError, match="no notebook of format 4"):
        load_target(f"{path}:graph")


def test_a_cell_may_await(folder: Path) -> None:
    path = folder / "waiting.ipynb"
    path.write_text(book("import asyncio", "graph = await asyncio.sleep(0, 'a graph')"))
    assert load_target(f"{path}:graph") == "a graph"


def test_a_script_made_from_a_notebook_is_an_ordinary_module(folder: Path, notebook: Path) -> None:
    script = folder / "as_script.py"
    script.write_text("#!/usr/bin/env python\n# coding: utf-8\n\n# In[1]:\n\n\n" + CONSTANT, encoding="utf-8")
    net = adapt(load_target(f"{script}:graph"))
    assert net is not None
    assert '+SYSTEM_PROMPT = "Sort."' in net.export("patch", {"sort/system_prompt": "Sort."})
