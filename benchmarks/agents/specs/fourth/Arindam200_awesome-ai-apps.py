"""Arindam200/awesome-ai-apps: a debate; nodes inside a factory ask through one function with a persona."""

from __future__ import annotations

from types import ModuleType

from scripted import ScriptedChat
from spec import Agent, Run

FILE = "advance_ai_agents/cosmos_arena_debate_council/cosmos_council.py"


def imported(module: ModuleType) -> None:
    module.graph = module.build_debate_graph(ScriptedChat(), rounds=2)  # type: ignore[attr-defined]


def run(motion: str) -> Run:
    says = [f"argument {n} on {motion}" for n in range(8)]
    return Run({"motion": motion, "current_round": 1, "transcript": []}, {"_text": says})


AGENT = Agent(
    repository="Arindam200/awesome-ai-apps",
    commit="f1909599081f5080a52a5b467d021975329ca796",
    root="advance_ai_agents/cosmos_arena_debate_council",
    target="cosmos_council:graph",
    prompts=tuple(f"{FILE}:{line}" for line in (103, 118, 133, 146, 249, 254, 267, 275, 289, 299)),
    runs=(run("Cats are kings."), run("Dogs are dukes.")),
    imported=imported,
)
