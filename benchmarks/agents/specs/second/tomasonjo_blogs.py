"""tomasonjo/blogs: notebook; chat templates of a graph reader, their texts in parentheses of their own."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from spec import Agent, Run
from stubs import VectorStore

BOOK = "graphreader/graphreader_langgraph.ipynb"
PLACES = ("10:1", "14:1", "14:37", "20:1", "20:54", "22:1", "22:55", "24:1", "24:47", "26:1")


class Graph:
    """A data base that knows one fact."""

    def query(self, *_: Any, **__: Any) -> list[dict[str, str]]:
        return [{"chunk_id": "c1", "text": "Joan lost at Paris."}]


def imported(book: ModuleType) -> None:
    vars(book).update(neo4j_graph=Graph(), neo4j_vector=VectorStore())


def run(question: str, first: str) -> Run:
    moves = ("search_more()", "termination()")
    return Run(
        {"question": question},
        {
            "AtomicFactOutput": [
                {"updated_notebook": "a note", "rational_next_action": "read on", "chosen_action": action}
                for action in (first, "read_chunk(['c2'])")
            ],
            "ChunkOutput": [
                {"updated_notebook": "a note", "rational_next_move": "read on", "chosen_action": move} for move in moves
            ],
            "NeighborOutput": {"rational_next_move": "a neighbour", "chosen_action": "read_neighbor_node('Paris')"},
        },
    )


AGENT = Agent(
    repository="tomasonjo/blogs",
    commit="11fd30bdf48c3d7d1f008276d2592a1a007e1c4f",
    root="graphreader",
    target=f"{BOOK}:langgraph",
    prompts=tuple(f"{BOOK}:{place}" for place in PLACES),
    runs=(
        run("Did Joan of Arc lose any battles?", "read_chunk(['c1'])"),
        run("Where was she born?", "stop_and_read_neighbor()"),
    ),
    imported=imported,
)
