"""krishnaik06/Agentic-LanggraphCrash-course: notebook; a supervisor, and specialists with an f-string each."""

from __future__ import annotations

from spec import Agent, Run

BOOK = "Agents/multiaiagent.ipynb"
TURNS = ["researcher", "Cats do.", "analyst", "They hunt.", "writer", "Cats hunt mice.", "done"]

AGENT = Agent(
    repository="krishnaik06/Agentic-LanggraphCrash-course",
    commit="824f0d5e8c36d1d5ba74ae05fd62cbab8ef65b5f",
    root="Agents",
    target=f"{BOOK}:graph",
    prompts=tuple(f"{BOOK}:{place}" for place in ("16:9", "18:11", "19:12", "20:13")),
    runs=(
        Run({"messages": [("user", "What do cats eat?")]}),
        Run({"messages": [("user", "Who hunts mice?")]}, {"_text": TURNS}),
    ),
)
