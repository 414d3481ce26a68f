"""One block on every piece of a long text, and a tree that fuses the answers, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.containers.multi_head import DRAFTS, fused
from llmdl_plugins.containers.windows import on_pieces
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import at_least, outside, written
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.tokens import checked_bound


class Hierarchy(Module):
    """state → inner on each of n pieces → fuse, `fan` at a time, until one is left; calls: n inner + the fuses.

        piece 1 ─▶ inner ─┐
        piece 2 ─▶ inner ─┴─▶ fuse ─┐
        piece 3 ─▶ inner ─┐         ├─▶ fuse ─▶ update
        piece 4 ─▶ inner ─┴─▶ fuse ─┘

    No call reads more than a piece or `fan` answers, however long the text is.

    Args:
        inner: the block; it reads a piece where it would read the whole.
        fuse: reads the texts of a few answers as `drafts`, beside the state without the long text, and writes one key.
        source: the key with the long text, or with messages, of which the last of the user counts.
        width: tokens of a piece at most, at four characters each; half and double of it can be chosen too.
        fan: how many answers a fuse reads, 2 or more.
        target: the key that is fused; the messages of an update or its last key, by default.

    Raises:
        MisuseError: the width or the fan is too small, or fuse does not write one key.

    Source: hierarchical merging (Chang et al., 2023); hierarchical attention (Yang et al., 2016).
    """

    def __init__(
        self, inner: Module, fuse: Module, source: str, width: int = 400, fan: int = 4, target: str | None = None
    ) -> None:
        inner, fuse = as_layer("Hierarchy", inner), as_layer("Hierarchy", fuse)
        half = checked_bound("Hierarchy", width, 2)
        most = at_least("Hierarchy", "fan", fan, 2, "a tree that doesn't join never ends")
        written("Hierarchy", fuse)
        self.inner, self.fuse, self.source, self.target = inner, fuse, source, target
        self.reads, self.writes = outside([inner, fuse], source, made=[DRAFTS]), inner.writes
        self.width = Parameter(width, kind="choice", options=(half, width, 2 * width), role="tokens of a piece")
        fans = tuple(dict.fromkeys((2, most, 2 * most)))
        self.fan = Parameter(most, kind="choice", options=fans, role="how many answers are fused at once")

    def calls(self, **sizes: int) -> Calls:
        """Inner for each piece, and the fuses above; `sizes[source]` is how many pieces there are."""
        n = sizes.get(self.source, 1)
        return n * self.inner.calls(**sizes) + fuses(n, self.fan.value) * self.fuse.calls(**sizes)

    async def forward(self, state: State) -> Any:
        """The update at the top of the tree."""
        level = await on_pieces(self.inner, state, self.source, self.width.value)
        rest = {key: value for key, value in state.items() if key != self.source}
        while len(level) > 1:
            level = await asyncio.gather(*(self._joined(rest, some) for some in groups(level, self.fan.value)))
        return level[0]

    async def _joined(self, state: State, updates: Sequence[Any]) -> Any:
        return updates[0] if len(updates) == 1 else await fused(self.fuse, state, updates, self.target)


def groups(level: Sequence[Any], fan: int) -> list[Sequence[Any]]:
    """So many at a time, in order.

    >>> groups("abcde", 2)
    ['ab', 'cd', 'e']
    """
    return [level[at : at + fan] for at in range(0, len(level), fan)]


def fuses(n: int, fan: int) -> int:
    """How many fuses a tree over n answers has.

    >>> fuses(1, 4), fuses(4, 4), fuses(5, 4), fuses(6, 2)
    (0, 1, 2, 5)
    """
    sizes = [len(some) for some in groups(range(n), fan)]
    return 0 if n == 1 else sum(size > 1 for size in sizes) + fuses(len(sizes), fan)
