"""shay-bushary/task-management-lang-graph-telegram: a factory, its one prompt put in where none is."""

from __future__ import annotations

import os

import stubs
from spec import Agent, Run

ROOT = "task-rag"


def prepare() -> None:
    os.environ.update(TELEGRAM_BOT_TOKEN="none")
    stubs.module("app.services.task_service")


def run(asked: str, *first: str) -> Run:
    return Run({"messages": [("user", asked)]}, {"_first": first, "_final": "_text"})


AGENT = Agent(
    repository="shay-bushary/task-management-lang-graph-telegram",
    commit="116cfbbcb21125422ab3adf7d144f2be67ba895d",
    root=ROOT,
    target="app.graph.graph:build_graph",
    prompts=(f"{ROOT}/app/graph/nodes.py:47",),
    runs=(run("What are my tasks?", "task_list_tool"), run("Hello.", "_text")),
    prepare=prepare,
)
