"""Real short texts, an embedded model, optimizers side by side: `python benchmarks/real_text.py [SET.jsonl …]`.

Every optimizer gets the same graph of one node, whose answer is one of the labels before and after, the same rows and
the same budget; its sealed rows are drawn fresh.  A set is a file of rows
`{"split": "train|val|test", "inputs": {"text": …}, "expected": {"label": …}}`; the news desks of `examples/` are always
one more.
"""

from __future__ import annotations

import argparse
import json
import random
import runpy
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in (".", "adapters", "recipes")]

from langchain_core.messages import HumanMessage, SystemMessage  # noqa: E402
from langgraph.graph import END, START, StateGraph  # noqa: E402

from llmdl_plugins import Trainer, trainable  # noqa: E402
from llmdl_plugins.data import Example  # noqa: E402
from llmdl_plugins.losses.loss import resolve  # noqa: E402
from llmdl_plugins.optimizers.demonstrations import DemonstrationSearch, balanced, demonstrations  # noqa: E402
from llmdl_plugins.optimizers.fragments import FragmentSearch  # noqa: E402
from llmdl_plugins.optimizers.rewrites import Rewrites  # noqa: E402
from llmdl_plugins.optimizers.textual_gradient import TextualGradient  # noqa: E402
from llmdl_plugins.run.problem import Problem  # noqa: E402
from llmdl_plugins.training.baseline import no_model_baseline  # noqa: E402

PROMPT = "Say which label the text should get."
NEWS = Path(__file__).parents[1] / "examples" / "news_desk" / "data.py"
SIZES = {"train": 100, "val": 40, "test": 60}
HEAD = "| set | optimizer | seed | before | after | gain (95 %) | no model: nearest, vote | status | calls | s |"
Splits = dict[str, list[dict[str, Any]]]


class State(TypedDict, total=False):
    """The text, and its label."""

    text: str
    label: str


class RandomSets(DemonstrationSearch):
    """Random sets of worked examples until the budget ends: what is bought without looking at anything."""

    name = "random demonstrations"

    async def optimize(self, problem: Problem) -> None:
        """Propose balanced sets at the one node."""
        node = next(n.removesuffix("/chosen") for n in problem.parameters if n.endswith("/chosen"))
        demos, draw = demonstrations(problem.train, "text", as_json=False), random.Random(problem.seed)
        for number in range(100):
            change = {f"{node}/chosen": "static", f"{node}/static/demos": balanced(demos, self.size, draw)}
            await problem.propose(change, f"set {number}")


OPTIMIZERS = {
    "demonstrations": DemonstrationSearch,
    "random demonstrations": RandomSets,
    "fragments": FragmentSearch,
    "instructions by feedback": TextualGradient,
    "instructions without feedback": Rewrites,
}


def application(labels: list[str]) -> Any:
    """A graph of one node that answers with one of the labels."""
    from llmdl_local import LocalChat

    model = LocalChat(choices=labels)

    def label(state: State) -> State:
        return {"label": model.invoke([SystemMessage(PROMPT), HumanMessage(state["text"])]).text}

    return StateGraph(State).add_node("label", label).add_edge(START, "label").add_edge("label", END).compile()


def sets(files: list[Path]) -> Iterator[tuple[str, Splits]]:
    """The rows of every set, by split."""
    for file in files:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        yield file.stem, {s: [_row(r) for r in rows if r["split"] == s][:n] for s, n in SIZES.items()}
    articles = list(runpy.run_path(str(NEWS))["articles"]())
    random.Random(0).shuffle(articles)
    news = [{"inputs": {"text": text}, "expected": {"label": desk}} for text, desk in articles]
    ends = [sum([*SIZES.values()][:n]) for n in range(4)]
    yield "news desks", {s: news[a:b] for s, a, b in zip(SIZES, ends, ends[1:], strict=False)}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {"inputs": row["inputs"], "expected": row["expected"]}


def measured(name: str, splits: Splits, arm: str, seed: int, budget: str) -> str:
    """One line of the table."""
    from llmdl_local import LocalChat

    net = trainable(application(sorted({r["expected"]["label"] for r in splits["train"]})))
    optimizer, began = OPTIMIZERS[arm](), time.monotonic()
    teacher = LocalChat(max_tokens=200) if optimizer.needs_teacher else None
    given = {"optimizer": optimizer, "teacher": teacher, "budget": budget, "seed": seed}
    result = Trainer(net, "exact_match", *splits.values(), node="label", source="text", **given).fit()
    return (
        f"| {name} | {arm} | {seed} | {_gain(result)} | {_no_model(splits)} "
        f"| {result.status} | {result.spent['calls']} | {time.monotonic() - began:.0f} |"
    )


def _gain(result: Any) -> str:
    if result.before is None:
        return "– | – | – (nothing accepted, seal unbroken)"
    low, high = result.interval
    return (
        f"{result.before:.0%} | {result.after:.0%} | {100 * result.gain:+.0f} ({100 * low:+.0f} to {100 * high:+.0f})"
    )


def _no_model(splits: Splits) -> str:
    from llmdl_plugins import sync

    rows = {s: [Example(r["inputs"], r["expected"], str(n)) for n, r in enumerate(splits[s])] for s in splits}
    found = sync.run(no_model_baseline(rows["train"], rows["test"], resolve("exact_match")))
    return f"{found.nearest:.0%}, {found.vote:.0%}" if found else "–"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--optimizers", nargs="+", choices=list(OPTIMIZERS), default=list(OPTIMIZERS))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--budget", default="360 calls", help="of each run, its sealed test of 120 calls in it")
    asked = parser.parse_args()
    print(f"{HEAD}\n|{'---|' * 10}", flush=True)
    for seed in range(asked.seeds):
        for arm in asked.optimizers:
            for name, splits in sets(asked.files):
                print(measured(name, splits, arm, seed, asked.budget), flush=True)


if __name__ == "__main__":
    main()
