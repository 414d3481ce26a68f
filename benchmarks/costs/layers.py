"""What each layer costs beside what a plain program would do too: the same calls, look-up or function, bare."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from costs.rounds import Way, costs

from llmdl_plugins import sync
from llmdl_plugins.layers import Attention, BlackBox, Retrieve
from llmdl_plugins.module import Module
from llmdl_plugins.network import trainable
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.plugins.manager import BUILTIN
from llmdl_plugins.testing import ScriptedChat
from llmdl_plugins.testing.conformance.fakes import TEXT, Asked
from llmdl_plugins.testing.conformance.making import made

RUNS, ROUNDS = 200, 9


@dataclass(frozen=True)
class LayerCost:
    """Medians of CPU time, in microseconds.

    Args:
        bare: of what libraries do in it, alone: the calls, and the function, the retriever or the index.
        more: of the layer, beyond that.
        steps: how many layers run in it, itself among them.
    """

    calls: int
    steps: int
    bare: float
    more: float

    @property
    def each(self) -> float:
        """Own cost of each layer that ran."""
        return self.more / self.steps


def layers(rounds: int = ROUNDS) -> dict[str, LayerCost]:
    """The cost of every layer and container of ours."""
    return {name: _cost(kind, rounds) for name, kind in _ours()}


def _ours() -> Iterator[tuple[str, type[Module]]]:
    for kind in ("layers", "containers"):
        for name, offer in catalogue(kind).items():
            if offer.plugin.distribution == BUILTIN.distribution:
                yield name, offer.load()


def _cost(kind: type[Module], rounds: int) -> LayerCost:
    sent: list[tuple[Any, dict[str, Any]]] = []
    model = ScriptedChat(lambda messages, kwargs: sent.append((messages, kwargs)) or "The parcel is late.")
    layer = made(kind, model)  # type: ignore[arg-type]
    asked = Asked(TEXT)
    sync.run(layer.ainvoke(asked))
    state = dict(asked)
    sent.clear()
    with trainable(layer).recorded() as tape:
        sync.run(layer.ainvoke(state))
    calls = list(sent)

    library = _library(layer, state)

    async def bare() -> None:
        for messages, kwargs in calls:
            await model.ainvoke(messages, **kwargs)
        if library:
            await library()

    async def whole() -> None:
        await layer.ainvoke(state)

    ways = {"bare": Way(partial(_run, bare, model, sent)), "layer": Way(partial(_run, whole, model, sent))}
    found = costs(ways, RUNS, rounds)
    return LayerCost(len(calls), len(tape.steps), found["bare"].us, found["layer"].more)


def _library(layer: Module, state: dict[str, Any]) -> Callable[[], Awaitable[Any]] | None:
    """What a library does in a layer beside model calls."""
    match layer:
        case BlackBox():
            return partial(layer.node.ainvoke, state)
        case Retrieve():
            return partial(layer.retriever.ainvoke, TEXT)
        case Attention():
            return partial(sync.run(layer.index(TEXT)).nearest, f"{TEXT}\n{TEXT}", layer.k.value)
    return None


def _run(work: Any, model: ScriptedChat, sent: list[Any]) -> None:
    async def runs() -> None:
        for _ in range(RUNS):
            await work()

    asyncio.run(runs())
    model.calls.clear()
    sent.clear()
