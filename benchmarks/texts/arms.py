"""The optimizers that are compared, and the application that each is given."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase
from typing import Any, TypedDict

from langchain_core.caches import BaseCache
from langchain_core.messages import HumanMessage, SystemMessage
from langgraph.graph import END, START, StateGraph
from texts.by_hand import ByHand
from texts.sets import Row

from llmdl_local import LocalChat
from llmdl_plugins import sync, trainable
from llmdl_plugins.layers.score import Score
from llmdl_plugins.network import Network
from llmdl_plugins.optimizers.demonstrations import DemonstrationSearch, balanced, demonstrations
from llmdl_plugins.plugins.catalogue import find
from llmdl_plugins.run.optimizer import Optimizer
from llmdl_plugins.run.problem import Problem

FREE = {"max_tokens": 8}
PROMPT = "Say which label the text should get."
DEMONSTRATIONS, RANDOM = "demonstrations", "random sets"
Made = Callable[[Sequence[str], Sequence[Row], Mapping[str, Any]], Network]


class State(TypedDict, total=False):
    """A text, its label, and how probable each label is where that is told."""

    text: str
    label: str
    probabilities: dict[str, float]


class RandomSets(DemonstrationSearch):
    """Random sets of worked examples, one of each label, until the budget ends: bought without looking at anything."""

    name = RANDOM

    async def optimize(self, problem: Problem) -> None:
        """Propose balanced sets at the one node."""
        node = next(n.removesuffix("/chosen") for n in problem.parameters if n.endswith("/chosen"))
        demos, draw = demonstrations(problem.train, "text", as_json=False), random.Random(problem.seed)
        size = len({demo["output"] for demo in demos})
        for number in range(100):
            change = {f"{node}/chosen": "static", f"{node}/static/demos": balanced(demos, size, draw)}
            await problem.propose(change, f"set {number}")


def sorter(labels: Sequence[str], train: Sequence[Row], model: Mapping[str, Any]) -> Network:
    """A graph of one node that answers with one of the labels, or freely; its prompt names none of them."""
    chat = LocalChat(**({"choices": list(labels)} if labels else FREE), **model)

    def label(state: State) -> State:
        return {"label": chat.invoke([SystemMessage(PROMPT), HumanMessage(state["text"])]).text}

    return trainable(_of_one(label))


def scorer(labels: Sequence[str], train: Sequence[Row], model: Mapping[str, Any]) -> Network:
    """A graph of one `Score` layer, which asks for a letter; its prior, of the train rows, is not taken out yet."""
    chat = LocalChat(choices=list(ascii_uppercase[: len(labels)]), **model)
    prior = sync.run(Score(chat, labels, "text", "label").prior_over([row["inputs"] for row in train]))
    network = trainable(_of_one(Score(chat, labels, "text", "label", prior=prior)))
    network.load_state_dict({**network.state_dict(), "label/calibration": "none"})
    return network


def _of_one(node: Any) -> Any:
    return StateGraph(State).add_node("label", node).add_edge(START, "label").add_edge("label", END).compile()


@dataclass(frozen=True)
class Arm:
    """An optimizer, what it changes, and what it is put on."""

    changes: str
    optimizer: Callable[[], Optimizer]
    made: Made = sorter


def _named(name: str) -> Callable[[], Optimizer]:
    return lambda: find("optimizers", name)()


ARMS = {
    DEMONSTRATIONS: Arm("demonstrations", DemonstrationSearch),
    RANDOM: Arm("demonstrations", RandomSets),
    "dspy:bootstrap-few-shot-with-random-search": Arm(
        "demonstrations", _named("dspy:bootstrap-few-shot-with-random-search")
    ),
    "written by hand": Arm("instructions by hand", ByHand),
    "fragments": Arm("instructions without feedback", _named("fragments")),
    "calibration": Arm("calibration", _named("calibration"), scorer),
    "textual-gradient": Arm("instructions by feedback", _named("textual-gradient")),
    "gepa": Arm("instructions by feedback", _named("gepa")),
}


def chat(file: Path | None, cache: BaseCache) -> dict[str, Any]:
    """What every chat model of a run is made with: one copy, one thread, and what was answered before."""
    return {"servers": 1, "cache": cache, **({"model_path": file} if file else {})}
