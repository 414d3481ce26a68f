"""amalnath-keyvalue/travel-planner: langgraph-supervisor over two ReAct agents, f-string constants."""

from __future__ import annotations

from types import ModuleType

from spec import Agent, Run


def imported(module: ModuleType) -> None:
    module.graph = module.TravelPlannerGraph().graph  # type: ignore[attr-defined]


BOOKING = {"_first": ["transfer_to_booking_agent", "search_flights"]}
SEARCH = {"_first": ["transfer_to_search_agent", "get_location_info"]}

AGENT = Agent(
    repository="amalnath-keyvalue/travel-planner",
    commit="998ed7d6d68817a6c7e9a03f6046b897dd602e22",
    root="",
    target="src.graph:graph",
    prompts=("src/constants.py:5", "src/agents/booking/constants.py:5", "src/agents/search/constants.py:5"),
    runs=(
        Run({"messages": [("user", "Book a flight to Rome.")]}, BOOKING),
        Run({"messages": [("user", "What is Rome like?")]}, SEARCH),
    ),
    imported=imported,
)
