"""As good for less, on real text: a chain of three calls of the embedded model, and what of it earns its calls.

    python benchmarks/as_good.py SET.jsonl [--folder runs/as_good]

The chain thinks about a text, sorts it, and looks at its answer again, as many are written.  `leave-out` stands around
the first and the last step, the aim is cost, and the margin is said here before anything runs.  A set is a file of rows
`{"inputs": {"text": …}, "expected": {"label": …}}`.  The same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in (".", "adapters", "recipes")]

from langchain_core.messages import HumanMessage, SystemMessage  # noqa: E402
from langgraph.graph import END, START, StateGraph  # noqa: E402

from llmdl_plugins import Trainer  # noqa: E402

AIM = "cost, 5 points"
SPACE = {"recipes": [{"recipe": "leave-out", "node": node, "source": "text"} for node in ("think", "check")]}
SIZES = {"train": 40, "val": 60}
THINK = "Say in one sentence what the person wants."
CHECK = "Here is a text and how it was sorted. Say how it should be sorted. Answer with one of: {}."
_SHOWN = 2


class State(TypedDict, total=False):
    """A text, what is thought about it, and its label."""

    text: str
    thought: str
    label: str


def application(labels: Sequence[str], shown: Sequence[tuple[str, str]]) -> Any:
    """The chain; it answers with one of the labels."""
    from llmdl_local import LocalChat

    model = LocalChat(max_tokens=40)
    answering = model.bind(grammar="%llguidance {}\nstart: " + " | ".join(json.dumps(label) for label in labels))
    examples = "\n\n".join(f"Text: {text}\nAnswer: {label}" for text, label in shown)
    sort_it = f"Sort the text. Answer with one of: {', '.join(labels)}.\n\n{examples}"

    def think(state: State) -> State:
        return {"thought": model.invoke([SystemMessage(THINK), HumanMessage(state["text"])]).text}

    def sort(state: State) -> State:
        asked = "\n".join(part for part in (state.get("thought"), state["text"]) if part)
        return {"label": answering.invoke([SystemMessage(sort_it), HumanMessage(asked)]).text}

    def check(state: State) -> State:
        asked = f"{state['text']}\nSorted as: {state['label']}"
        return {"label": answering.invoke([SystemMessage(CHECK.format(", ".join(labels))), HumanMessage(asked)]).text}

    graph = StateGraph(State).add_node("think", think).add_node("sort", sort).add_node("check", check)
    graph.add_edge(START, "think").add_edge("think", "sort").add_edge("sort", "check").add_edge("check", END)
    return graph.compile()


def splits(path: Path, seed: int = 0) -> tuple[list[tuple[str, str]], list[list[dict[str, Any]]]]:
    """A few worked examples of each label, and train, val and test rows; test has all that are left."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows = random.Random(seed).sample(rows, len(rows))
    of: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        of.setdefault(row["expected"]["label"], []).append(row)
    examples = [of[label][n] for n in range(_SHOWN) for label in sorted(of)]
    rest = [{"inputs": r["inputs"], "expected": r["expected"]} for r in rows if r not in examples]
    train, val = SIZES["train"], SIZES["train"] + SIZES["val"]
    return [(e["inputs"]["text"], e["expected"]["label"]) for e in examples], [
        rest[:train],
        rest[train:val],
        rest[val:],
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--folder", type=Path, default=Path("runs/as_good"))
    given = parser.parse_args()
    shown, data = splits(given.set)
    print(f"{given.set.stem}: {', '.join(str(len(rows)) for rows in data)} rows to search, screen and test on; {AIM}")
    graph = application(sorted({label for _, label in shown}), shown)
    folder = given.folder / given.set.stem
    print(Trainer(graph, "exact_match", *data, optimizer="portfolio", space=SPACE, aim=AIM, folder=folder).fit())
