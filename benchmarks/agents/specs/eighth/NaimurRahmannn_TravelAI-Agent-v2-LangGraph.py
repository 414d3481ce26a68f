"""NaimurRahmannn/TravelAI-Agent-v2-LangGraph: an application of many services: system messages written by functions."""

from __future__ import annotations

import os
from datetime import date
from types import ModuleType, SimpleNamespace

from spec import Agent, Run

FOLDER = "app/graph"


def prepare() -> None:
    os.environ.update(GEMINI_API_KEY="none", GROQ_API_KEY="none")


def imported(builder: ModuleType) -> None:
    """One thing is remembered of the traveller."""
    import app.graph.nodes.memory_recall as recall
    import app.graph.nodes.memory_write as write

    service = SimpleNamespace(recall=lambda *_, **__: ["likes tea"], remember=lambda *_, **__: None)
    recall.get_memory_service = write.get_memory_service = lambda: service


def run(asked: str, trip: dict[str, object], *first: str) -> Run:
    answers = {"TripExtraction": trip, "_first": (*first, "TripExtraction", "ItineraryGenerationOutput", "_text")}
    state = {"messages": [("user", asked)], "user_id": "u"}
    state |= {"selected_start_date": date(2030, 1, 1), "selected_end_date": date(2030, 1, 3)}
    return Run(state, {**answers, "_final": "_text"}, resume=({"approved": True},), limit=40)


NOTHING = dict.fromkeys(
    ("origin", "destination", "start_date", "end_date", "duration", "budget", "currency", "travelers"), None
)
WHOLE = {
    "origin": "Oslo",
    "start_date": "2030-01-01",
    "end_date": "2030-01-03",
    "duration": 3,
    "travelers": 2,
    "budget": 900,
}

AGENT = Agent(
    repository="NaimurRahmannn/TravelAI-Agent-v2-LangGraph",
    commit="ee4b4bef214ca879c9e82a6271f91f586f9a4e6e",
    root="",
    target="app.graph.builder:_build_graph",
    prompts=(
        *(f"{FOLDER}/prompts/clarification.py:{line}" for line in (7, 19)),
        *(f"{FOLDER}/prompts/extractor.py:{line}" for line in (7, 56)),
        *(f"{FOLDER}/prompts/itinerary.py:{line}" for line in (7, 90)),
        *(f"{FOLDER}/nodes/agent.py:{line}" for line in (84, 109, 145, 150, 165, 242)),
    ),
    runs=(
        run("Plan something.", {**NOTHING, "preferences": []}),
        run(
            "Plan 3 days in Japan from Oslo for 2 travelers with a budget of $900, I prefer vegetarian food.",
            {**NOTHING, **WHOLE, "destination": "Japan", "preferences": []},
            "visa",
        ),
    ),
    prepare=prepare,
    imported=imported,
)
