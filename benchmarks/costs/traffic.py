"""Many runs of a graph with one slow model call each: by a bare loop, and by the evaluator with its ledger on disk."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, TypedDict

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.graph import END, START, StateGraph
from pydantic import PrivateAttr

from llmdl_plugins.data import Example
from llmdl_plugins.door import boundary
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.loading import load
from llmdl_plugins.losses.loss import resolve
from llmdl_plugins.network import Network, trainable
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter

SYSTEM = "Answer the ticket in one word, and say nothing else."
HISTORY = [kind("What was said before is long. " * 66) for kind in (HumanMessage, AIMessage) * 10]
_repetition = count()


class State(TypedDict, total=False):
    """A ticket and its answer."""

    ticket: str
    answer: str


class Slow(BaseChatModel):
    """Answers every ticket with its own word, after a while.

    Args:
        latency: number of the call → seconds.
    """

    latency: Any
    most: int = 0
    _under_way: int = PrivateAttr(default=0)
    _calls: Any = PrivateAttr(default_factory=count)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    @property
    def _llm_type(self) -> str:
        return "slow"

    @contextmanager
    def _counted(self) -> Iterator[float]:
        with self._lock:
            self._under_way += 1
            self.most = max(self.most, self._under_way)
        try:
            yield self.latency(next(self._calls))
        finally:
            with self._lock:
                self._under_way -= 1

    def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        with self._counted() as seconds:
            time.sleep(seconds)
        return _said(messages)

    async def _agenerate(self, messages: Any, stop: Any = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        with self._counted() as seconds:
            await asyncio.sleep(seconds)
        return _said(messages)


def _said(messages: Sequence[BaseMessage]) -> ChatResult:
    return ChatResult(generations=[ChatGeneration(message=AIMessage(f"Word {messages[-1].text}."))])


@dataclass(frozen=True)
class App:
    """One application in two forms.

    Args:
        run: one run of it, by hand.
        network: the same for the evaluator.
    """

    run: Callable[[dict[str, Any]], Awaitable[Any]]
    network: Network


def app(kind: str, model: BaseChatModel) -> App:
    """An application that asks the model once: "graph", "sync" (a graph), "large" (20 messages of 2 kB) or "model"."""
    if kind == "model":
        return App(lambda row: model.ainvoke(_messages(row)), trainable(Prompt(model, SYSTEM, "ticket", "answer")))
    graph = asking(model, kind == "sync", HISTORY if kind == "large" else ())
    return App(graph.ainvoke, trainable(graph))


def asking(model: Any, sync: bool = False, history: Sequence[BaseMessage] = ()) -> Any:
    """A graph of one node."""

    async def ask(state: State) -> State:
        return {"answer": (await model.ainvoke(_messages(state, history))).text}

    def ask_now(state: State) -> State:
        return {"answer": model.invoke(_messages(state)).text}

    builder = StateGraph(State)
    builder.add_node("ask", ask_now if sync else ask)
    builder.add_edge(START, "ask")
    builder.add_edge("ask", END)
    return builder.compile()


def _messages(state: Any, history: Sequence[BaseMessage] = ()) -> list[BaseMessage]:
    return [SystemMessage(SYSTEM), *history, HumanMessage(state["ticket"])]


@cache
def rows(runs: int) -> Sequence[Example]:
    """Tickets, none like another."""
    told = [{"ticket": f"Ticket {n}: where is parcel {n * 7919}?", "answer": "no"} for n in range(runs)]
    return load(told, inputs=["ticket"], expected="answer")


async def bare(app: App, runs: int, concurrency: int) -> None:
    """The loop that one would write by hand: so many workers, each takes the next row."""
    left = iter(rows(runs))

    async def worker() -> None:
        for row in left:
            await app.run(dict(row.inputs))

    await asyncio.gather(*(worker() for _ in range(concurrency)))


@dataclass
class Desk:
    """An evaluator at work, its ledger on disk."""

    evaluator: Evaluator
    ledger: Ledger
    path: Path

    async def evaluated(
        self, runs: int, repetition: str | None = None, candidates: Sequence[Any] = ({},), tapes: bool = True
    ) -> Any:
        """So many rows, drawn anew where no repetition is named; the door is open meanwhile."""
        again = str(next(_repetition)) if repetition is None else repetition
        with boundary.door():
            return await self.evaluator.evaluate(candidates, rows(runs), repetition=again, tapes=tapes)


@contextmanager
def desk(network: Network, concurrency: int) -> Iterator[Desk]:
    """The evaluator."""
    with tempfile.TemporaryDirectory() as folder, closing(Ledger(path := Path(folder) / "ledger.db")) as ledger:
        cashier = Cashier(ledger, Meter(Budget.parse(None)))
        yield Desk(Evaluator(network, resolve("exact_match"), ledger, cashier, concurrency=concurrency), ledger, path)
