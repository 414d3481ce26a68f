"""As good for less, on real text: a chain of three calls of the embedded model, and what of it earns its calls.

    python benchmarks/as_good.py SET.jsonl [--folder runs/as_good]

The chain thinks about a text, sorts it beside the most similar texts that were sorted before, and looks at its answer
again, as many chains do.  `leave-out` stands around the first and the last step, the aim is cost, and the margin is
said here before anything runs.  A set is a file of rows `{"inputs": {"text": …}, "expected": {"label": …}}`.  The same
command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypedDict

sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in (".", "adapters", "recipes")]

from bm25s import BM25, tokenize  # noqa: E402
from langchain_core.messages import HumanMessage, SystemMessage  # noqa: E402
from langgraph.graph import END, START, StateGraph  # noqa: E402

from llmdl_plugins import Trainer  # noqa: E402

AIM = "cost, 10 points"
SPACE = {"recipes": [{"recipe": "leave-out", "node": node, "source": "text"} for node in ("think", "check")]}
SIZES = {"known": 100, "train": 40, "val": 40, "test": 60}
THINK = "Say in one sentence what the person wants."
SORT = "Sort the text. Answer with one of: {}."
CHECK = "The text was sorted, perhaps wrongly. Say how it should be sorted. Answer with one of: {}."
_SHOWN = 4


class State(TypedDict, total=False):
    """A text, what is thought about it, and its label."""

    text: str
    thought: str
    label: str


def application(known: Sequence[tuple[str, str]]) -> Any:
    """The chain; it answers with one of the labels, and sees the most similar of these texts."""
    from llmdl_local import LocalChat

    labels, index = sorted({label for _, label in known}), BM25()
    index.index(tokenize([text for text, _ in known], show_progress=False), show_progress=False)
    model = LocalChat(max_tokens=40)
    answering = model.bind(grammar="%llguidance {}\nstart: " + " | ".join(json.dumps(label) for label in labels))

    def similar(text: str) -> str:
        found, _ = index.retrieve(tokenize(text, show_progress=False), k=_SHOWN, show_progress=False)
        return "\n\n".join(f"Text: {known[n][0]}\nAnswer: {known[n][1]}" for n in reversed(found[0]))

    def asked(words: str, text: str, *more: str) -> str:
        system = f"{words.format(', '.join(labels))}\n\n{similar(text)}"
        told = "\n".join([*(part for part in more if part), f"Text: {text}"])
        return answering.invoke([SystemMessage(system), HumanMessage(told)]).text

    def think(state: State) -> State:
        return {"thought": model.invoke([SystemMessage(THINK), HumanMessage(state["text"])]).text}

    def sort(state: State) -> State:
        return {"label": asked(SORT, state["text"], state.get("thought", ""))}

    def check(state: State) -> State:
        return {"label": asked(CHECK, state["text"], f"Sorted as: {state['label']}")}

    graph = StateGraph(State).add_node("think", think).add_node("sort", sort).add_node("check", check)
    graph.add_edge(START, "think").add_edge("think", "sort").add_edge("sort", "check").add_edge("check", END)
    return graph.compile()


def splits(path: Path, seed: int = 0) -> list[list[dict[str, Any]]]:
    """Rows that the chain knows, and those to search, screen and test on."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    drawn = iter(random.Random(seed).sample(rows, len(rows)))
    return [
        [{"inputs": r["inputs"], "expected": r["expected"]} for r in islice(drawn, size)] for size in SIZES.values()
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--folder", type=Path, default=Path("runs/as_good"))
    given = parser.parse_args()
    known, *data = splits(given.set)
    graph = application([(row["inputs"]["text"], row["expected"]["label"]) for row in known])
    print(f"{given.set.stem}: {', '.join(str(len(rows)) for rows in data)} rows to search, screen and test on; {AIM}")
    folder = given.folder / given.set.stem
    print(Trainer(graph, "exact_match", *data, optimizer="portfolio", space=SPACE, aim=AIM, folder=folder).fit())
