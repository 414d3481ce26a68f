"""gabriel-silveira/langgraph-tutorials: a supervisor whose two agents share a prompt."""

from __future__ import annotations

from spec import Agent, Run

FOLDER = "agent-supervisor/src/prompts"


def run(asked: str, *first: str) -> Run:
    return Run({"messages": [("user", asked)]}, {"_first": [*first], "_final": "_text"}, limit=40)


AGENT = Agent(
    repository="gabriel-silveira/langgraph-tutorials",
    commit="d66494fc0a505db86ee5c372995c7038c4883aa8",
    root="agent-supervisor",
    target="src.agents.supervisor_with_agents:supervisor",
    prompts=(f"{FOLDER}/agent_prompt.py:1", f"{FOLDER}/supervisor_prompt.py:1"),
    runs=(
        run("Look it up.", "transfer_to_research_agent", "web_search"),
        run("Add it up.", "transfer_to_math_agent", "add"),
    ),
)
