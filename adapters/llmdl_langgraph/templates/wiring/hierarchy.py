"""One block on every piece of a long text, and a tree that fuses the answers."""

import asyncio

from .multi_head import fused
from .windows import on_pieces


def hierarchy(inner, fuse, source, width, fan, target=None):
    """The update at the top of the tree."""

    async def run(state):
        level = await on_pieces(inner, state, source, width)
        rest = {key: value for key, value in state.items() if key != source}
        while len(level) > 1:
            groups = [level[at : at + fan] for at in range(0, len(level), fan)]
            level = await asyncio.gather(*(joined(rest, some) for some in groups))
        return level[0]

    async def joined(state, updates):
        return updates[0] if len(updates) == 1 else await fused(fuse, state, updates, target)

    return run
