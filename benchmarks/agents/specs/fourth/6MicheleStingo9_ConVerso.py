"""6MicheleStingo9/ConVerso: two personalities in a dictionary, asked side by side, with a history."""

from __future__ import annotations

from types import ModuleType

from spec import Agent, Run

PAST = [{"question": "Who?", "answers": {"default": "A cat.", "primus_alter": "A shadow."}}]


def imported(module: ModuleType) -> None:
    module.graph = module.build_agent_graph().compile()  # type: ignore[attr-defined]


AGENT = Agent(
    repository="6MicheleStingo9/ConVerso",
    commit="71a288ac48d15679da42b638cb926d0c5bcf719d",
    root="src",
    target="agent.graph:graph",
    prompts=tuple(f"src/agent/prompts.py:{line}" for line in (6, 13, 27)),
    runs=(
        Run({"cv_text": "A cat of many talents.", "question": "Which?"}),
        Run({"cv_text": "A dog.", "question": "Where?", "history": PAST}),
    ),
    imported=imported,
)
