"""mert-ergun/BioAgents: XML files put together element by element; most agents do not send the file that they load.

Left out: the three agents that run in smolagents, and what is said only where an agent fails or goes in circles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spec import Agent, Run

AGENTS, XML = "bioagents/agents", "bioagents/prompts"
CODE = {
    "supervisor_agent.py": (105,),
    "research_agent.py": (25, 179, 199, 392, 433, 485),
    "analysis_agent.py": (17,),
    "critic_agent.py": (15,),
    "tool_builder_agent.py": (15,),
    "protein_design_agent.py": (31,),
    "report_agent.py": (16, 110, 174),
    "summary_agent.py": (29, 76, 85),
}
LOADER = ("bioagents/prompts/prompt_loader.py:213", "bioagents/prompts/prompt_loader.py:282")
FILES = {
    "supervisor.xml": (15, 21, 140, 252, 441),
    "research.xml": (15, 26, 165, 283, 334, 362, 434, 442),
    "research_decomposer.xml": (15, 20, 37, 43),
    "research_merger.xml": (15, 20, 34),
}


def said(messages: Sequence[Any]) -> str:
    text = " ".join(str(message.content) for message in messages)
    if "Research Strategist" not in text:
        return "A finding of some length."
    return "" if "directly" in text else "1. Find the sequence."


def run(question: str, *agents: str) -> Run:
    routes = [{"next_agent": name, "reasoning": "r", "task_for_agent": f"Do {name}."} for name in (*agents, "FINISH")]
    answers = {"_text": said, "_first": ("RouteResponse", "_text"), "RouteResponse": routes}
    return Run({"messages": [("user", question)]}, answers, limit=60)


AGENT = Agent(
    repository="mert-ergun/BioAgents",
    commit="b2d1d2dfe2694c92ea9d20372c1409635af59d4a",
    root="",
    target="bioagents.graph:create_graph",
    prompts=(
        *LOADER,
        *(f"{AGENTS}/{file}:{line}" for file, lines in CODE.items() for line in lines),
        *(f"{XML}/{file}:{line}" for file, lines in FILES.items() for line in lines),
    ),
    runs=(
        run("Say what it weighs.", "analysis", "critic", "tool_builder", "protein_design", "report"),
        run("Get the sequence of it.", "research"),
        run("Get it directly.", "research"),
        run("What is a protein?"),
    ),
)
