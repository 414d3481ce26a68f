"""A router picks a few of several experts."""

import asyncio

from .multi_head import fused
from .route import named_in
from .texts import text_of
from .vote import majority


def mixture(router, experts, k, fuse=None, target=None):
    """The experts that the router names first; their answers become one."""

    async def run(state):
        chosen = named_in(text_of(await router(state)), list(experts), k)
        drafts = await asyncio.gather(*(experts[name](state) for name in chosen))
        if fuse is None or len(drafts) == 1:
            return majority(drafts, target)
        return await fused(fuse, state, drafts, target)

    return run
