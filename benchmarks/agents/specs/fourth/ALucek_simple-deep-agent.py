"""ALucek/simple-deep-agent: graphs under graphs and in tools, prompts that functions return."""

from __future__ import annotations

from spec import Agent, Run

FINAL = {"run_research_agent": {"query": "q"}, "internet_search": {"query": "q"}}
CLEAR = {"needs_clarification": False, "question": ""}


def run(question: str, first: str) -> Run:
    answers = {"ClarificationDecision": CLEAR, "_first": [first], "_final": "_text", **FINAL}
    return Run({"messages": [("user", question)]}, answers)


def imported(module: object) -> None:
    module.graph = module.main_graph  # type: ignore[attr-defined]


AGENT = Agent(
    repository="ALucek/simple-deep-agent",
    commit="b512115180bc316b28fa46d05fe7f02f7d0a0bcf",
    root="",
    target="src.graphs.main_graph:graph",
    prompts=(
        "src/prompts/clarify_prompt.py:5",
        "src/prompts/deepagent_prompt.py:5",
        "src/prompts/research_agent_prompt.py:5",
    ),
    runs=(run("About cats?", "run_research_agent"), run("About dogs?", "set_todos")),
    imported=imported,
)
