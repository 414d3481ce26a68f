"""One block, drawn several times: the answer that most draws give."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import at_least
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.sayings import most_common
from llmdl_plugins.updates import meaning


class Vote(Module):
    """state → the update that most of n draws agree on, the first of equals; calls: n times those of inner.

               ┌─▶ inner ─┐
        state ─┼─▶ inner ─┼─▶ majority ─▶ update
               └─▶ inner ─┘

    Draws are independent as far as the model draws: at temperature 0 they are one answer, paid for n times.

    Args:
        inner: the block that is drawn.
        most: the largest number of draws that may be chosen.
        target: the key that is compared; the messages of an update or its last key, by default.

    Raises:
        MisuseError: fewer than two draws can't vote.

    Source: self-consistency (Wang et al., 2022).
    """

    identity = MappingProxyType({"draws": 1})

    def __init__(self, inner: Module, most: int = 5, target: str | None = None) -> None:
        inner = as_layer("Vote", inner)
        at_least("Vote", "draws", most, 2, "a vote of one is none")
        self.inner, self.target = inner, target
        self.reads, self.writes = inner.reads, inner.writes
        options = (1, *range(3, most, 2), most)
        self.draws = Parameter(most, kind="choice", options=options, role="how often it is drawn")

    def calls(self, **sizes: int) -> Calls:
        """The draws times those of inner."""
        return self.draws.value * self.inner.calls(**sizes)  # type: ignore[no-any-return]

    async def forward(self, state: State) -> Any:
        """The update of the majority."""
        draws = await asyncio.gather(*(self.inner.ainvoke(state) for _ in range(self.draws.value)))
        return majority(draws, self.target)


def majority(updates: list[Any], target: str | None = None) -> Any:
    """The first of the updates that say what most say.

    >>> majority([{"label": "a"}, {"label": "B"}, {"label": "b."}])
    {'label': 'B'}
    """
    if len(updates) == 1:
        return updates[0]
    return updates[most_common([meaning(update, target) for update in updates])]
