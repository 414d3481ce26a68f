"""ag-ui-protocol/ag-ui: a supervisor over three graphs, Command, interrupts, sentences that agents say."""

from __future__ import annotations

from spec import Agent, Run

FILE = "integrations/langgraph/python/examples/agents/subgraphs/agent.py"
FLIGHT = {"airline": "A", "departure": "B", "arrival": "C", "price": "1", "duration": "2h"}
HOTEL = {"name": "H", "location": "L", "price_per_night": "1", "rating": "5"}


def run(asked: str) -> Run:
    steps = ("flights_agent", "hotels_agent", "experiences_agent", None)
    answers = {"SupervisorResponseFormatter": [{"answer": "a", "next_agent": step} for step in steps]}
    inputs = {"messages": [("user", asked)], "itinerary": {}, "origin": "B", "destination": "C"}
    return Run(inputs, answers, resume=(FLIGHT, HOTEL), limit=30)


AGENT = Agent(
    repository="ag-ui-protocol/ag-ui",
    commit="821b8c227c6fe7b78de2c8259173dd7cbbdf181b",
    root="integrations/langgraph/python/examples",
    target="agents.subgraphs.agent:graph",
    prompts=tuple(f"{FILE}:{line}" for line in (130, 164, 185, 228)),
    runs=(run("A trip for two"), run("A trip for one")),
)
