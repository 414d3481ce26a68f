"""LangChain-OpenTutorial/LangChain-OpenTutorial: a notebook in which one writes and another criticises."""

from __future__ import annotations

from spec import Agent, Run

BOOK = "17-LangGraph/03-Use-Cases/16-LangGraph-Reflection.ipynb"

AGENT = Agent(
    repository="LangChain-OpenTutorial/LangChain-OpenTutorial",
    commit="27ae47c3423ac6f216130b17f83e5f7bedd32989",
    root="",
    target=f"{BOOK}:graph",
    prompts=(f"{BOOK}:7:9", f"{BOOK}:10:5"),
    runs=(Run({"messages": [("user", "On cats.")]}), Run({"messages": [("user", "On dogs.")]})),
)
