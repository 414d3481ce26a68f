"""No command hands a terminal what a name, a row, a prompt, an answer or an error has of control characters."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins import cli
from llmdl_plugins.plugins import builtin

Llmdl = Callable[..., Any]
EVIL = "\x1b[31mred\x1b]0;owned\x07\x9b32m\u202etxt.exe\u2066"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
AGENT = """
from typing import TypedDict
from langgraph.graph import StateGraph
from llmdl_plugins.testing import ScriptedChat

EVIL = {evil!r}
PROMPT = "You answer the customers of a shop. " + EVIL

class State(TypedDict, total=False):
    question: str
    answer: str

def said(messages, kwargs):
    if "3" in str(messages[-1].content):
        raise ValueError("the model said " + EVIL)
    return EVIL

model = ScriptedChat(said)

def ask(state):
    return {{"answer": model.invoke([("system", PROMPT), ("human", state["question"])]).text}}

builder = StateGraph(State)
builder.add_node("ask" + EVIL, ask)
builder.set_entry_point("ask" + EVIL)
builder.set_finish_point("ask" + EVIL)
graph = builder.compile()
"""
RUN = ("--loss", "exact_match", "--inputs", "question", "--expected", "answer")
CALLED: dict[str, list[tuple[str, ...]]] = {
    "show": [("agent.py:graph",), ("agent.py:graph", "--mermaid"), ("agent.py:graph", "--json"), (f"{EVIL}.py:graph",)],
    "doctor": [("agent.py:graph", "--data", "rows.jsonl", *RUN)],
    "fit": [
        ("agent.py:graph", "--data", "rows.jsonl", *RUN, "--folder", "runs/a", "--budget", "200 calls"),
        ("agent.py:graph", "--data", f"{EVIL}.jsonl", *RUN),
        ("agent.py:graph", "--data", "rows.jsonl", *RUN, "--optimizer", EVIL),
    ],
    "search": [("agent.py:graph", "--data", "rows.jsonl", *RUN, "--space", EVIL)],
    "eval": [("agent.py:graph", "--data", "rows.jsonl", *RUN), ("agent.py:graph", "--data", "broken.jsonl", *RUN)],
    "report": [("runs/a",), (f"runs/{EVIL}",)],
    "runs": [("runs",), ("runs", "--json"), (EVIL,)],
    "export": [("runs/a", "--as", "weights", "--candidate"), ("runs/a", "--as", EVIL)],
    "models": [("list",), ("pull", EVIL)],
    "recipes": [("list",), ("show", EVIL)],
    "plugins": [("list",), ("check", EVIL), ("new", EVIL)],
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "agent.py").write_text(AGENT.format(evil=EVIL))
    row: dict[str, object] = {"question": f"Where is parcel {EVIL}", "answer": EVIL}
    rows = [json.dumps({**row, "id": f"{EVIL} {n}", "question": f"{row['question']} {n}?"}) + "\n" for n in range(60)]
    (tmp_path / "rows.jsonl").write_text("".join(rows))
    (tmp_path / "broken.jsonl").write_text(json.dumps({EVIL: 1}) + "\n")
    return tmp_path


def test_every_command_is_called() -> None:
    assert CALLED.keys() == {spec.name for spec in builtin.llmdl_commands()}


def test_a_command_speaks_by_say_alone_which_escapes() -> None:
    def bare(path: Path) -> list[int]:
        names = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)]
        return [name.lineno for name in names if name.id == "print"]

    said = {path.name: lines for path in Path(cli.__file__).parent.glob("*.py") if (lines := bare(path))}
    assert list(said) == ["output.py"] and len(said["output.py"]) == 1


def test_no_control_character_reaches_the_terminal(llmdl: Llmdl, place: Path) -> None:
    shown = 0
    for command, calls in CALLED.items():
        for call in calls:
            done = llmdl(command, *call)
            said = done.out + done.err
            assert "Traceback" not in said, (command, call, said)
            assert not CONTROL.findall(said), (command, call, said)
            shown += "owned" in said
    assert shown >= 10  # it was there to be shown
