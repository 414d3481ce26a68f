"""GenerativeAgents/agent-book: Japanese; a class for each step, templates filled by f-strings as well, batches."""

from __future__ import annotations

from typing import Any

from scripted import ScriptedChat
from spec import Agent, Run

FILE = "chapter10/documentation_agent/main.py"


def run(asked: str, *enough: bool) -> Run:
    personas = [{"name": "n", "background": "b"}, {"name": "m", "background": "c"}]
    verdicts = [{"reason": "r", "is_sufficient": one} for one in enough]
    return Run({"user_request": asked}, {"Personas": {"personas": personas}, "EvaluationResult": verdicts})


def imported(module: Any) -> None:
    module.graph = module.DocumentationAgent(ScriptedChat(), k=2).graph


AGENT = Agent(
    repository="GenerativeAgents/agent-book",
    commit="6eceada50ebf9a166bb994903fb6a9a1f63a057f",
    root="chapter10",
    target="documentation_agent.main:graph",
    prompts=tuple(f"{FILE}:{line}" for line in (78, 82, 121, 125, 155, 157, 197, 201, 233, 237)),
    runs=(run("猫のアプリ", True), run("犬のアプリ", False, True)),
    imported=imported,
)
