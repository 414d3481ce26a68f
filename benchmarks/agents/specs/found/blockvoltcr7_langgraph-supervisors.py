"""blockvoltcr7/langgraph-supervisors: supervisors of supervisors, four ready-made agents inside nodes."""

from __future__ import annotations

from spec import Agent, Run

FILE = "hierarchical-team-pattern-langgraph/main.py"


def run(asked: str, *said: str) -> Run:
    return Run({"messages": [("user", asked)]}, {"_text": [*said, "finish"]})


AGENT = Agent(
    repository="blockvoltcr7/langgraph-supervisors",
    commit="9c216b0bbff9af884596674c277675e9df0949ab",
    root="hierarchical-team-pattern-langgraph",
    target="main:graph",
    prompts=tuple(f"{FILE}:{line}" for line in (112, 122, 133, 149, 192, 224, 260)),
    runs=(
        run("Send a mail.", "communication", "email"),
        run("Tell the channel.", "communication", "slack"),
        run("Make an event.", "scheduling", "calendar"),
        run("Book a room.", "scheduling", "meeting"),
    ),
)
