"""guy-hartstein/company-research-agent: templates in one file, filled in two steps; nodes that are generators."""

from __future__ import annotations

from types import ModuleType

from spec import Agent, Run

LINES = (10, 41, 67, 86, 108, 115, 117, 147, 149, 202, 209, 215, 222, 228)


def imported(module: ModuleType) -> None:
    module.graph = module.Graph().compile()  # type: ignore[attr-defined]


def run(company: str) -> Run:
    return Run(
        {"company": company, "industry": "Pets", "hq_location": "Paris"}, {"_text": "what cats eat\nwho they are"}
    )


AGENT = Agent(
    repository="guy-hartstein/company-research-agent",
    commit="a759308c68b1643c9db1eee46473d3a56b70b3a3",
    root="",
    target="backend.graph:graph",
    prompts=(
        *(f"backend/prompts.py:{line}" for line in LINES),
        "backend/nodes/researchers/base.py:62",
        "backend/nodes/researchers/base.py:63",
    ),
    runs=(run("Cats"), run("Dogs")),
    imported=imported,
)
