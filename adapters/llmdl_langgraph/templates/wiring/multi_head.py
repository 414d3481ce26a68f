"""Several blocks whose answers become one."""

import asyncio

from .texts import text_of, with_text
from .vote import majority


def multi_head(heads, joined_by, fuse=None, target=None):
    """All heads look at the same state; a prompt fuses what they say, or the majority counts."""

    async def run(state):
        drafts = await asyncio.gather(*(head(state) for head in heads.values()))
        if joined_by == "majority" or fuse is None:
            return majority(drafts, target)
        return await fused(fuse, state, drafts, target)

    return run


async def fused(fuse, state, drafts, target=None):
    """The first draft with the text that a block makes of all of them."""
    update = await fuse({**state, "drafts": [text_of(draft, target) for draft in drafts]})
    return with_text(drafts[0], text_of(update), target)
