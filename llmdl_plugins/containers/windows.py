"""One block over every window of a long text: convolution, then pooling."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.containers.vote import majority
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import outside
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.sayings import pooled
from llmdl_plugins.tokens import checked_bound, pieces
from llmdl_plugins.updates import answered, asked, asking, text_of, with_text


class Windows(Module):
    """state → inner on each of n windows of state[source] → one update; calls: n times those of inner.

                     ┌─▶ window 1 ─▶ inner ─┐
        long text ───┼─▶ window 2 ─▶ inner ─┼─▶ majority, sum or concat ─▶ update
                     └─▶ window n ─▶ inner ─┘

    The block is tied: one prompt reads every window.  A text of one window goes to it as it is.

    Args:
        inner: the block; it reads a window where it would read the whole.
        source: the key with the long text, or with messages, of which the last of the user counts.
        width: tokens of a window at most, at four characters each; half and double of it can be chosen too.
        target: the key that is pooled; the messages of an update or its last key, by default.

    Raises:
        MisuseError: the width is too small for a sentence.

    Source: convolution and pooling (LeCun et al., 1989); map-reduce over documents.
    """

    def __init__(self, inner: Module, source: str, width: int = 400, target: str | None = None) -> None:
        inner = as_layer("Windows", inner)
        half = checked_bound("Windows", width, 2)
        self.inner, self.source, self.target = inner, source, target
        self.reads, self.writes = outside([inner], source), inner.writes
        self.width = Parameter(width, kind="choice", options=(half, width, 2 * width), role="tokens of a window")
        pools = ("majority", "sum", "concat")
        self.pool = Parameter(pools[0], kind="choice", options=pools, role="what makes one answer of all windows")

    def calls(self, **sizes: int) -> Calls:
        """Those of inner for each window; `sizes[source]` is how many there are."""
        return sizes.get(self.source, 1) * self.inner.calls(**sizes)

    async def forward(self, state: State) -> Any:
        """The update of all windows together."""
        return joined(await on_pieces(self.inner, state, self.source, self.width.value), self.pool.value, self.target)


async def on_pieces(inner: Module, state: State, source: str, width: int) -> list[Any]:
    """Inner's update on each piece of state[source], in order; what is one piece stays as it is."""
    parts = pieces(asked(state, source), width)
    states = [asking(state, source, part) for part in parts] if len(parts) > 1 else [state]
    return await asyncio.gather(*(answered(inner, one, source, state) for one in states))


def joined(updates: Sequence[Any], pool: str, target: str | None = None) -> Any:
    """One update of several.

    >>> joined([{"count": "2"}, {"count": "about 3"}], "sum")
    {'count': '5'}
    """
    if len(updates) == 1 or pool == "majority":
        return majority(list(updates), target)
    whole = pooled([text_of(update, target) for update in updates], pool)
    return with_text(updates[0], whole, target)
