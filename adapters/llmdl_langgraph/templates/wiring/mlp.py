"""Layers of prompts side by side; each reads the drafts of the layer before it."""

import asyncio

from .texts import text_of


def mlp(units, fuse):
    """What the fuse makes of the drafts of the last layer."""

    async def run(state):
        drafts = []
        for layer in units:
            said = await asyncio.gather(*(unit({**state, "drafts": drafts}) for unit in layer))
            drafts = [text_of(draft).strip() for draft in said]
        return await fuse({**state, "drafts": drafts})

    return run
