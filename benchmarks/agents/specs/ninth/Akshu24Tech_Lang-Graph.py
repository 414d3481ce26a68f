"""Akshu24Tech/Lang-Graph: a chat with a store, and a reviewer at the terminal, who is not pleased at first."""

from __future__ import annotations

import builtins
from typing import Any

from spec import Agent, Run

ROOT = "voice-chatbot-hitl"
NO: dict[str, Any] = {"approved_responses": [], "rejected_responses": [], "audio_responses": []}
MEMORY = ((("user", "u", "details"), "one", {"data": "They like tea"}),)


def prepare() -> None:
    """Whoever reviews an answer says no, tells what to change, and says yes to the next."""
    said: list[str] = []

    def typed(asked: str = "") -> str:
        if "happy" not in asked:
            return "make it short" if "change" in asked else "n"
        said[:] = said or ["n", "y"]
        return said.pop(0)

    builtins.input = typed  # type: ignore[assignment]


def run(asked: str, stored: Any = ()) -> Run:
    new = {"should_write": True, "memories": [{"text": "They have a cat", "is_new": True}]}
    inputs = {"messages": [("user", asked)], **NO, "voice_enabled": False, "thread_id": "t"}
    return Run(inputs, {"MemoryDecision": new}, {"user_id": "u"}, stored=stored)


AGENT = Agent(
    repository="Akshu24Tech/Lang-Graph",
    commit="a77a1f89641903a2049efb07198210d48e967344",
    root=ROOT,
    target="app:app",
    prompts=tuple(f"{ROOT}/nodes.py:{line}" for line in (43, 69, 122, 174, 179, 258)),
    runs=(run("I like tea.", MEMORY), run("My cat is ill.")),
    prepare=prepare,
)
