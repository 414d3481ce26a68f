"""On a real graph a child shares the calls of its parent before the node that differs: the ledger pays for them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph

from llmdl_plugins import Choice, Prompt, Trainer, trainable
from llmdl_plugins.searches.evolution import Evolution
from llmdl_plugins.testing import SimulatedChat, Simulator

from .conftest import tickets

STEPS = ("read", "sort", "check", "answer")


class State(TypedDict, total=False):
    question: str
    read: str
    sort: str
    check: str
    answer: str


def graph(simulator: Simulator) -> Any:
    """Four steps in a row, each with a choice of three wordings; the last knows one rule, or both."""
    model, builder = SimulatedChat(simulator=simulator, temperature=0), StateGraph(State)
    texts = {step: [f"{step} it{end}" for end in (".", " well.", " with care.")] for step in STEPS}
    rules = [simulator.world.rule(0), simulator.world.rule(1)]
    texts["answer"] = ["Answer.", rules[0], " ".join(rules)]
    for before, step in zip(("question", *STEPS), STEPS, strict=False):
        source = "question" if step == "answer" else before
        prompts = {f"w{n}": Prompt(model, text, source, step) for n, text in enumerate(texts[step])}
        for prompt in prompts.values():
            prompt.instruction.freeze("the space is about choices")
        builder.add_node(f"to_{step}", Choice(prompts))
    names = [f"to_{step}" for step in STEPS]
    for one, other in zip([START, *names], [*names, END], strict=True):
        builder.add_edge(one, other)
    return builder.compile()


def test_nearly_half_of_the_calls_of_an_evolution_come_from_the_ledger(tmp_path: Path) -> None:
    simulator = Simulator(rules=2, redraw=False)
    net = trainable(graph(simulator))
    assert len([p for p in net.named_parameters().values() if p.kind == "choice"]) == len(STEPS)
    data = [tickets(simulator, split, 30) for split in ("train", "val", "test")]
    Trainer(net, "exact_match", *data, optimizer=Evolution(800), folder=tmp_path / "run").fit()
    with closing(sqlite3.connect(tmp_path / "run/ledger.db")) as db:
        (name,) = [n for (n,) in db.execute("select name from sqlite_master") if n == "rollouts"]
        used = sum(len(json.loads(r)["receipts"]) for (r,) in db.execute(f"select record from {name}"))
    assert simulator.counts["calls"] <= 0.55 * used
