"""langtalks/swe-agent: markdown files split into messages by their headings, one agent after another as sub-graphs."""

from __future__ import annotations

import builtins
import io
import json
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

from spec import Agent, Run
from stubs import module

OLD, NEW = "./workspace_repo/old.py", "./workspace_repo/new.py"


def read_only(path: str, mode: str = "r") -> Any:
    """The one file that there is; what is written is forgotten."""
    if path in (OLD, NEW):
        return io.StringIO("x = 1\n" if path == OLD and mode == "r" else "")
    return builtins.open(path, mode)


def prepare() -> None:
    module("gitingest", ingest=lambda folder: ("one file", "old.py", "x = 1"))
    module("tree_sitter_languages")
    module("diff_match_patch")


def imported(agent: ModuleType) -> None:
    developer = sys.modules["agent.developer.graph"]
    developer.open = read_only  # type: ignore[attr-defined]
    developer.os = SimpleNamespace(path=SimpleNamespace(exists=lambda path: path == OLD))  # type: ignore[attr-defined]
    sys.modules["agent.tools.search"].search_tools[0].func = lambda **arguments: "found nothing"


def run(asked: str, file: str, *valid: bool) -> Run:
    task = {"atomic_task": "Set x to 2.", "additional_context": "It is 1."}
    plan = {"tasks": [{"file_path": file, "logical_task": "Another x.", "atomic_tasks": [task]}]}
    judged = [{"reasoning": "known", "is_valid": one} for one in valid]
    inputs = {"implementation_research_scratchpad": [("user", asked)]}
    return Run(inputs, {"_text": json.dumps(plan), "ResearchEvaluation": judged}, limit=40)


ARCHITECT, DEVELOPER = "agent/architect", "agent/developer"

AGENT = Agent(
    repository="langtalks/swe-agent",
    commit="15acde9c112e70144c8595b3cbf7f2dfbba47779",
    root="",
    target="agent.graph:swe_agent",
    prompts=(
        f"{ARCHITECT}/prompts/plan_next_step_prompt.md:9",
        f"{ARCHITECT}/prompts/plan_next_step_prompt.md:49",
        f"{ARCHITECT}/prompts/check_research_already_explored.md:8",
        f"{ARCHITECT}/prompts/conduct_research_plan_prompt.md:9",
        f"{ARCHITECT}/prompts/extract_implementation_plan.md:9",
        f"{ARCHITECT}/prompts/extract_implementation_plan.md:20",
        f"{DEVELOPER}/prompts/get_clear_implementation_plan.md:11",
        f"{DEVELOPER}/prompts/get_clear_implementation_plan.md:15",
        f"{DEVELOPER}/prompts/create_diff_prompt.md:10",
        f"{DEVELOPER}/prompts/create_diff_prompt.md:15",
        f"{DEVELOPER}/prompts/create_diff_prompt.md:34",
        f"{DEVELOPER}/prompts/create_diff_prompt.md:40",
        f"{DEVELOPER}/prompts/implement_new_file.md:9",
        f"{DEVELOPER}/prompts/implement_new_file.md:13",
        f"{DEVELOPER}/prompts/implement_new_file.md:24",
        f"{DEVELOPER}/prompts/implement_new_file.md:30",
        *(f"{ARCHITECT}/graph.py:{line}" for line in (57, 72, 77, 95, 99)),
        *(f"{DEVELOPER}/graph.py:{line}" for line in (118, 122)),
    ),
    runs=(run("Set x in a new file.", NEW, True), run("Set x in the old file.", OLD, False, True)),
    prepare=prepare,
    imported=imported,
)
