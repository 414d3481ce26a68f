"""starpig1129/DATAGEN: a markdown file with a front matter for each agent, shared rules, create_agent in nodes."""

from __future__ import annotations

import builtins
import logging
import os
import sys
import tempfile
from itertools import cycle
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

from langchain_core.tools import tool
from spec import Agent, Run

MEMBERS = ("code", "hypothesis", "note", "process", "quality_review", "refiner", "report", "search", "visualization")
FIRST_LINE = {"note": 7}  # of the text below the front matter; 6 elsewhere


class NoTools(list[Any]):
    """An empty list that does not send the caller to the tools in its source."""

    def __bool__(self) -> bool:
        return True


def tools_of(names: list[str]) -> list[Any]:
    return [list_directory] if {"execute_code", "wikipedia"} & set(names) else NoTools()


@tool
def list_directory(path: str) -> str:
    """Lists the files of a folder."""
    return "data.csv"


def prepare() -> None:
    root = next(Path(entry) for entry in sys.path if (Path(entry) / "config/agents").is_dir())
    os.chdir(root)  # it reads its configuration from the current folder
    os.environ["WORKING_DIRECTORY"] = tempfile.mkdtemp()
    logging.FileHandler = lambda *_, **__: logging.NullHandler()  # type: ignore[assignment,misc]
    sys.modules["src.tools.factory"] = ModuleType("src.tools.factory")
    tools = MagicMock(get_tools=tools_of, get_mcp_tools=lambda names: [])
    sys.modules["src.tools.factory"].ToolFactory = tools  # type: ignore[attr-defined]
    for name in ("src.tools", "src.tools.internet", "src.tools.basetool", "src.tools.FileEdit"):
        sys.modules[name] = MagicMock(__path__=[])


def imported(module: ModuleType) -> None:
    from src.core.language_models import LanguageModelManager

    choices, wishes = cycle(("1", "2")), cycle(("yes", "no"))
    answers = {"Please enter your choice": choices, "Enter 'yes'": wishes}
    builtins.input = lambda asked="": next((next(a) for k, a in answers.items() if asked.startswith(k)), "the months")
    manager = module.WorkflowManager(LanguageModelManager(), os.environ["WORKING_DIRECTORY"])
    module.graph = manager.get_graph()  # type: ignore[attr-defined]


def task(worker: str) -> dict[str, str]:
    return {"next": worker, "task": f"Do what {worker} does."}


WORKERS = ("Coder", "Search", "Visualization", "Report", "FINISH", "FINISH")
ANSWERS = {
    "_text": '{"feedback": "Good work.", "needs_revision": false}',  # the reviewer's model is asked for JSON
    "ProcessRouteSchema": [task(worker) for worker in WORKERS],
    "QualityOutput": {"feedback": "Good work.", "needs_revision": False},
    "NoteState": {"messages": [], "hypothesis": "It grows."},
}


AGENT = Agent(
    repository="starpig1129/DATAGEN",
    commit="31567439cc8f4fd5429c22286489aedca2da6658",
    root="",
    target="src.core.workflow:graph",
    prompts=(
        *(f"config/agents/{name}_agent/AGENT.md:{FIRST_LINE.get(name, 6)}" for name in MEMBERS),
        "config/agents/_shared/rules.md:6",
        "src/agents/base.py:201",
        "src/core/node.py:95",
        "src/core/node.py:98",
    ),
    runs=(Run({"messages": [("user", "Which month sells best?")]}, ANSWERS, limit=40),),
    prepare=prepare,
    imported=imported,
)
