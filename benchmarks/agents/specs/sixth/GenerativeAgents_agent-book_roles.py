"""GenerativeAgents/agent-book: Japanese; roles that the model writes, an agent in a node, a date in a template."""

from __future__ import annotations

from typing import Any

from scripted import ScriptedChat
from spec import Agent, Run

FILE = "chapter12/role_based_cooperation/main.py"


def run(asked: str) -> Run:
    role = {"name": "a cook", "description": "cooks", "key_skills": ["heat", "salt"]}
    tasks = [{"description": one, "role": role} for one in ("first", "second")]
    answers = {
        "DecomposedTasks": {"values": ["first", "second", "third"]},
        "TasksWithRoles": {"tasks": tasks},
        "_final": "_text",
    }
    return Run({"query": asked}, answers, limit=30)


def imported(module: Any) -> None:
    module.graph = module.RoleBasedCooperation(ScriptedChat()).graph


AGENT = Agent(
    repository="GenerativeAgents/agent-book",
    commit="6eceada50ebf9a166bb994903fb6a9a1f63a057f",
    root="chapter12",
    target="role_based_cooperation.main:graph",
    prompts=(
        *(f"{FILE}:{line}" for line in (61, 67, 98, 106, 124, 130)),
        "chapter12/single_path_plan_generation/main.py:47",
    ),
    runs=(run("猫について"), run("犬について")),
    imported=imported,
)
