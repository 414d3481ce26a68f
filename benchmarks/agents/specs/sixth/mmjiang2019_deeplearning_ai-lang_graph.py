"""mmjiang2019/deeplearning_ai-lang_graph: classes; pieces of prompts in a dictionary, by way of the store."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import stubs
from spec import Agent, Run

FOLDER = "L6-Email_Assistant_with_Semanti_Episodic_Procedural_Memory"
PLACES = {
    "constants/prompt_templates.py": (21, 70, 107),
    "constants/variables.py": (4, 9, 10, 11, 13),
    "utils/formator.py": (13,),
    f"{FOLDER}/email_agent.py": (126,),
}


def run(subject: str, kind: str) -> Run:
    email = {"author": "a", "to": "b", "subject": subject, "email_thread": "the thread"}
    answers = {
        "Router": {"reasoning": "r", "classification": kind},
        "_first": ["check_calendar_availability"],
        "_final": "_text",
    }
    return Run({"email_input": email}, answers, {"langgraph_user_id": "u"}, limit=30)


def prepare() -> None:
    above = types.ModuleType("lang_graph_project")  # the name that its project file gives the repository
    above.__path__ = [str(Path(sys.path[0]).parent)]
    sys.modules["lang_graph_project"] = above
    tools = {f"create_{what}_memory_tool": memory_tool(what) for what in ("manage", "search")}
    stubs.module("langmem", **tools)


def memory_tool(what: str) -> Any:
    return lambda *_, **__: stubs.SearchTool(name=f"{what}_memory")


def imported(module: Any) -> None:
    triage, main = module.triage_agent.TriageAgent("m"), module.main_agent.ReactAgent("m")
    module.graph = module.EmailAgent(triage, main).email_agent


AGENT = Agent(
    repository="mmjiang2019/deeplearning_ai-lang_graph",
    commit="697d8bdb084b47f94fe8c8ed40c73e388cf6deff",
    root=FOLDER,
    target="email_agent:graph",
    prompts=tuple(f"{file}:{line}" for file, lines in PLACES.items() for line in lines),
    runs=(run("A question", "respond"), run("Some news", "notify")),
    prepare=prepare,
    imported=imported,
)
