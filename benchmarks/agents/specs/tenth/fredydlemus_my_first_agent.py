"""fredydlemus/my_first_agent: a template of a course: who asks is taken out of the history, then talked to."""

from __future__ import annotations

from spec import Agent, Run


def run(asked: str) -> Run:
    known = {"name": "Ada", "emial": "a@b.test", "phone": "1", "age": "9"}
    return Run({"messages": [("user", asked)]}, {"ContactInfo": known, "_first": ("ContactInfo", "_text")})


AGENT = Agent(
    repository="fredydlemus/my_first_agent",
    commit="3a99883bac6a01e11b0c0599c201cf5057fc3239",
    root="",
    target="src.agents.rag:agent",
    prompts=("src/agents/rag.py:44",),
    runs=(run("I am Ada."), run("Who am I?")),
)
