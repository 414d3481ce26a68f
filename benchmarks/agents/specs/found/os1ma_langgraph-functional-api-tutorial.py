"""os1ma/langgraph-functional-api-tutorial: functional API, two ready-made agents, one sentence in both."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import langgraph.prebuilt
from spec import Agent, Run

ready_made = langgraph.prebuilt.create_react_agent


def renamed(*args: Any, state_modifier: Any = None, **kwargs: Any) -> Any:
    """The argument had this name in the version that the agent was written for."""
    return ready_made(*args, prompt=state_modifier, **kwargs)


def prepare() -> None:
    langgraph.prebuilt.create_react_agent = renamed


def imported(module: ModuleType) -> None:
    module.get_travel_recommendations.func = lambda: "aruba"


AGENT = Agent(
    repository="os1ma/langgraph-functional-api-tutorial",
    commit="2277d807509cceb5225faba4bde34ad55e33651d",
    root="src",
    target="multi_agent:workflow",
    prompts=("src/multi_agent.py:65", "src/multi_agent.py:86"),
    runs=(
        Run([("user", "Somewhere warm, please.")], {"_first": "get_travel_recommendations"}),
        Run(
            [("user", "A hotel in the sun, please.")],
            {"_first": ["transfer_to_hotel_advisor", "get_hotel_recommendations"]},
        ),
    ),
    prepare=prepare,
    imported=imported,
)
