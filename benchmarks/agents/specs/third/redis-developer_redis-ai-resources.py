"""redis-developer/redis-ai-resources: notebook; dictionaries as messages, a tool's answer asked about anew."""

from __future__ import annotations

from spec import Agent, Run

BOOK = "python-recipes/agents/02_full_featured_agent.ipynb"

AGENT = Agent(
    repository="redis-developer/redis-ai-resources",
    commit="47259d8e63cff3ddc5cc7f131b27c0d75d2aabb3",
    root="python-recipes/agents",
    target=f"{BOOK}:graph",
    prompts=(f"{BOOK}:16:44", f"{BOOK}:16:66"),
    runs=(
        Run({"messages": [("user", "Which trail? options: A: north B: south")]}),
        Run({"messages": [("user", "What is the first name of the leader?")]}, {"_first": "_text"}),
    ),
)
