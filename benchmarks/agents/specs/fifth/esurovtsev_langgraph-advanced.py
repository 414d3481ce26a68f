"""esurovtsev/langgraph-advanced: a notebook; a supervisor from scratch over two prebuilt agents."""

from __future__ import annotations

from spec import Agent, Run

BOOK = "11_supervisor_from_scratch.ipynb"


def run(asked: str, first: str) -> Run:
    answers = {"_first": [first, "web_search", "lookup_stock"], "_final": "_text"}
    return Run({"messages": [("user", asked)]}, answers, {"user_id": "u"}, limit=30)


AGENT = Agent(
    repository="esurovtsev/langgraph-advanced",
    commit="6689d3f0744939fb796224111e4cb8db13b0cf10",
    root="",
    target=f"{BOOK}:supervisor",
    prompts=tuple(f"{BOOK}:{cell}" for cell in ("6:5", "8:4", "10:7")),
    runs=(run("Which one?", "transfer_to_research"), run("Buy it.", "transfer_to_portfolio")),
)
