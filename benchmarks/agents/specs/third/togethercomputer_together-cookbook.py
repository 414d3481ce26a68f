"""togethercomputer/together-cookbook: notebook; a planner, an executor of the prebuilt kind, a planner anew."""

from __future__ import annotations

from spec import Agent, Run

BOOK = "Agents/LangGraph/LangGraph_Planning_Agent.ipynb"
PLAN = {"steps": ["Look it up.", "Say it."]}


def run(question: str, *actions: dict[str, object]) -> Run:
    return Run({"input": question}, {"Plan": PLAN, "Act": [{"action": action} for action in actions]})


AGENT = Agent(
    repository="togethercomputer/together-cookbook",
    commit="90687d58c936fdb9b86699b65ebb602a8ab31687",
    root="Agents/LangGraph",
    target=f"{BOOK}:app",
    prompts=tuple(f"{BOOK}:{place}" for place in ("9:6", "14:8", "18:20", "19:9")),
    runs=(
        run("Where do cats live?", {"steps": ["Say it."]}, {"response": "At home."}),
        run("Where do dogs live?", {"response": "At home."}),
    ),
)
