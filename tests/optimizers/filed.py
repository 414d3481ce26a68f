"""A graph of two nodes: half of the tickets lie in a file, which only another way of reading opens."""

from __future__ import annotations

from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph

from llmdl_plugins import Choice, Module, Prompt
from llmdl_plugins.testing import SimulatedChat, Simulator


class State(TypedDict, total=False):
    """A question, the ticket that it is about, and the answer."""

    question: str
    ticket: str
    answer: str


class Reading(Module):
    """The question as the ticket; where files are opened, what stands in the file that it names."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files

    async def forward(self, state: Any) -> Any:
        return {"ticket": self.files.get(state["question"], state["question"])}


def graph(simulator: Simulator, files: dict[str, str], prompt: str = "Answer the ticket.") -> Any:
    """To the top it takes the rules in the prompt and the files opened."""
    model = SimulatedChat(simulator=simulator, temperature=0)
    builder = StateGraph(State)
    builder.add_node("read", Choice({"as it is": Reading({}), "opened": Reading(files)}))
    builder.add_node("solve", Prompt(model, prompt, "ticket", "answer"))
    builder.add_edge(START, "read")
    builder.add_edge("read", "solve")
    builder.add_edge("solve", END)
    return builder.compile()


def rows(simulator: Simulator, files: dict[str, str], split: str, count: int) -> list[dict[str, Any]]:
    """Tickets, every other one in a file; what is filed is added to the files."""
    made = simulator.dataset(split, count)
    for n, row in enumerate(made):
        if n % 2:
            files[f"see file {split}-{n}"] = row["inputs"]["question"]
            row["inputs"] = {"question": f"see file {split}-{n}"}
        row["expected"] = {"answer": row["expected"]}
    return made
