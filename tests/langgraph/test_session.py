"""In a running Jupyter kernel the cells themselves are the source: found and bound, but in no file to be patched."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from llmdl_langgraph.reading.session import _lasting

from .conftest import AGENTS

CELLS = [
    """import warnings; warnings.simplefilter('ignore')
from model import model
from langchain_core.messages import SystemMessage""",
    """%config Application.verbose_crash = True
PROMPT = 'You sort mail in the old way of the house.'""",
    "PROMPT = 'You sort mail. Answer with one word only.'",
    """from langgraph.graph import START, StateGraph
from typing import TypedDict

class State(TypedDict):
    text: str


def sort(state):
    return {'text': model.invoke([SystemMessage(PROMPT), ('human', state['text'])]).text}""",
    """builder = StateGraph(State)
builder.add_node('sort', sort)
builder.add_edge(START, 'sort')
graph = builder.compile()""",
    """from llmdl_plugins import trainable
net = trainable(graph)
print(list(net.named_parameters()))""",
    """with net.using({'sort/prompt': 'Sort at once.'}):
    net.invoke({'text': 'a mail'})
print(model.calls[-1])""",
    """try:
    net.export('patch', {'sort/prompt': 'Sort at once.'})
except Exception as error:
    print(error)""",
    "print(net.export('weights', {'sort/prompt': 'Sort at once.'}))",
]


def test_a_cell_that_is_defined_anew_counts_no_more() -> None:
    cells = [(1, "", "a = 1"), (2, "", "f()"), (3, "", "a = 2\nb = 1"), (4, "", "b = 2")]
    assert [n for n, _, _ in _lasting(cells)] == [2, 3, 4]


@pytest.mark.long
def test_a_graph_made_in_a_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat = pytest.importorskip("nbformat", reason="needs nbclient and ipykernel")
    nbclient = pytest.importorskip("nbclient", reason="needs nbclient and ipykernel")
    pytest.importorskip("ipykernel", reason="needs nbclient and ipykernel")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(AGENTS), *filter(None, sys.path)]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()
    said = ["".join(o.get("text", "") for o in cell.outputs if o.get("name") == "stdout") for cell in book.cells]
    assert said[5] == "['sort/prompt']\n"
    assert said[6] == "[('system', 'Sort at once.'), ('human', 'a mail')]\n"
    assert "sort/prompt can't be exported" in said[7] and "Save the notebook" in said[7] and "weights" in said[7]
    assert said[8] == "{'sort/prompt': 'Sort at once.'}\n"
