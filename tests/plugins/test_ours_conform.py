"""What this distribution offers keeps the promises that others are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any, TypedDict

import pytest
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langgraph.graph import END, START, StateGraph

from llmdl_plugins.layers.score import Score
from llmdl_plugins.network import Network, trainable
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.plugins.manager import BUILTIN
from llmdl_plugins.testing import SimulatedChat, Simulator
from llmdl_plugins.testing.conformance import CASES, AdapterCases, Case, cases
from llmdl_plugins.testing.conformance.desk import NODE, desk
from llmdl_plugins.testing.conformance.fakes import SOURCE, Echo
from llmdl_plugins.testing.conformance.optimizers import OptimizerCases
from llmdl_plugins.testing.conformance.recipes import RecipeCases
from llmdl_recipes import vote

_SLOW = {("executors", "processes"), ("executors", "ray")}  # each run starts processes
_QUICK = {"labeled-few-shot", "bootstrap-few-shot"}  # of the teleprompters
_SLOW |= {("optimizers", n) for n in catalogue("optimizers") if n.startswith("dspy:") and n[5:] not in _QUICK}


class State(TypedDict):
    question: str
    answer: str


class OurGraphs(AdapterCases):
    """The adapter of LangGraph, on a graph of one node."""

    def application(self, model: Echo) -> Any:
        def answer(state: State) -> dict[str, str]:
            return {"answer": model.invoke([("system", "You answer with one word."), ("user", state["question"])]).text}

        built = StateGraph(State).add_node("answer", answer).add_edge(START, "answer").add_edge("answer", END)
        return built.compile()


class OurChains(AdapterCases):
    """The adapter of chains, on a prompt and a model."""

    def application(self, model: Echo) -> Any:
        prompt = ChatPromptTemplate.from_messages([("system", "You answer with one word."), ("user", "{question}")])
        return prompt | model | StrOutputParser()


class OurTurns(OptimizerCases):
    """Prompts and architecture in turns, on the desk with a vote around its answer."""

    def application(self) -> tuple[Network, Simulator]:
        return vote(desk().network(), 3, node=NODE), desk().simulator


class OurAttention(RecipeCases):
    """The recipe of attention, which needs a long text beside the question."""

    def made(self, network: Network) -> Network:
        return self.target(network, node=NODE, source=SOURCE, pieces="kind")  # type: ignore[no-any-return]


class OurCalibration(OptimizerCases):
    """The optimizer of calibration, on a layer that scores choices against a prior."""

    def application(self) -> tuple[Network, Simulator]:
        simulator = Simulator(rules=2)
        choices = sorted({str(row["expected"]) for row in simulator.dataset("train", 40)})[:20]
        prior = {choice: (n + 1.0) for n, choice in enumerate(choices)}
        whole = sum(prior.values())
        shares = {choice: weight / whole for choice, weight in prior.items()}
        model = SimulatedChat(simulator=simulator)
        return trainable(Score(model, choices, "question", "answer", by="draws", draws=1, prior=shares)), simulator


_OWN: dict[tuple[str, str], type[Case]] = {
    ("optimizers", "alternate"): OurTurns,
    ("adapters", "langgraph"): OurGraphs,
    ("optimizers", "calibration"): OurCalibration,
    ("recipes", "attention"): OurAttention,
    ("adapters", "chain"): OurChains,
}
_ELSEWHERE = {("models", "local")}  # tests/local/test_standard.py


def promised() -> Iterator[Any]:
    for kind in CASES:
        for name, offer in catalogue(kind).items():
            if (
                offer.plugin.distribution != BUILTIN.distribution
                or (kind, name) in _ELSEWHERE
                or offer.spec.unavailable
            ):
                continue
            case = type("Ours", (_OWN.get((kind, name), cases(kind)),), {"name": name})
            lacks = [module for module in offer.spec.requires if find_spec(module) is None]
            marks = [pytest.mark.skipif(bool(lacks), reason=f"not installed: {', '.join(lacks)}")]
            marks += [pytest.mark.long] if (kind, name) in _SLOW else []
            for check, _ in case.promises():
                yield pytest.param(getattr(case(), check), id=f"{kind}-{name}-{check}", marks=marks)


@pytest.mark.parametrize("check", list(promised()))
def test_what_we_offer_keeps(check: Callable[[], None]) -> None:
    check()


def test_every_kind_of_ours_is_looked_at() -> None:
    seen = {
        kind for kind in CASES if any(o.plugin.distribution == BUILTIN.distribution for o in catalogue(kind).values())
    }
    assert seen >= {"layers", "containers", "losses", "optimizers", "adapters", "models", "executors", "recipes"}
