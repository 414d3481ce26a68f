"""maruko-cell/health-lang-graph-rag: Chinese: a report on a day of sport, its prompt f-strings in parentheses."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace
from typing import Any

from scripted import ScriptedChat
from spec import Agent, Run

ROOT = "backend"


def imported(exercise: ModuleType) -> None:
    from app.llm_agent.agent import LLMRuntimeConfig

    def chat(self: Any, messages: list[dict[str, Any]]) -> SimpleNamespace:
        return SimpleNamespace(content=ScriptedChat().invoke(messages).text)

    LLMRuntimeConfig._chat = chat


OLD = {"age": 70, "gender": "f", "height_cm": 160, "weight_kg": 60, "chronic_diseases": ["asthma"]}

AGENT = Agent(
    repository="maruko-cell/health-lang-graph-rag",
    commit="ae2b3203195272b17465e21d131ac8f9583afbd1",
    root=ROOT,
    target="app.nodes.exercise:build_exercise_graph",
    prompts=(
        f"{ROOT}/app/common/Prompt.py:111",
        f"{ROOT}/app/nodes/exercise.py:240",
        *(f"{ROOT}/app/nodes/exercise.py:{line}" for line in ()),
    ),
    runs=(Run({"query": "How was it?"}), Run({"query": "And now?", "user_profile": OLD})),
    imported=imported,
)
