"""Arindam200/awesome-ai-apps: a loop of tools in a function that gets whole messages; a briefing that grows."""

from __future__ import annotations

import os
from types import ModuleType

from langgraph.checkpoint.memory import InMemorySaver
from spec import Agent, Run

FILE = "advance_ai_agents/coding_agent_harness/graph.py"
EDIT = {"file_path": "cart.py", "new_content": "x = 1\n", "rationale": "r"}


def prepare() -> None:
    os.environ["NEBIUS_API_KEY"] = "none"


def imported(module: ModuleType) -> None:
    results = iter([{"passed": False, "summary": "1 failed", "stdout": "no"}] * 99)
    module.run_pytest_in_sandbox = lambda *args: next(results)  # type: ignore[attr-defined]
    module.apply_diffs_node = module.apply_diffs_node  # type: ignore[attr-defined]
    module.graph = module.build_graph(InMemorySaver())  # type: ignore[attr-defined]


def run(objective: str, first: str) -> Run:
    answers = {"_first": [first, "propose_edit"], "_final": "_text", "propose_edit": EDIT}
    refused = {"decisions": {}}
    return Run({"objective": objective, "max_iterations": 2}, answers, resume=(refused, refused), limit=40)


AGENT = Agent(
    repository="Arindam200/awesome-ai-apps",
    commit="f1909599081f5080a52a5b467d021975329ca796",
    root="advance_ai_agents/coding_agent_harness",
    target="graph:graph",
    prompts=tuple(f"{FILE}:{line}" for line in (87, 95, 108, 122, 141, 149, 188, 192, 196)),
    runs=(run("Mend the cart.", "list_dir"), run("Mend it again.", "read_file")),
    prepare=prepare,
    imported=imported,
)
