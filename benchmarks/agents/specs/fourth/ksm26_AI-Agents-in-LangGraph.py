"""ksm26/AI-Agents-in-LangGraph: notebook; a class that holds its graph and its system text."""

from __future__ import annotations

from types import ModuleType

from spec import Agent, Run

BOOK = "Lesson_2_Student.ipynb"


def imported(module: ModuleType) -> None:
    module.abot = module.abot.graph  # type: ignore[attr-defined]


AGENT = Agent(
    repository="ksm26/AI-Agents-in-LangGraph",
    commit="a38ef6e5f12003f3451c97beb31da9914142aac2",
    root="",
    target=f"{BOOK}:abot",
    prompts=(f"{BOOK}:8:1",),
    runs=(Run({"messages": [("user", "Which weather?")]}), Run({"messages": [("user", "Who won?")]})),
    imported=imported,
)
