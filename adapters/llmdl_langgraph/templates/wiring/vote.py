"""One block, drawn several times."""

import asyncio
from collections import Counter

from .texts import meaning


def vote(inner, draws, target=None):
    """The update that most draws agree on, the first of equals."""

    async def run(state):
        return majority(await asyncio.gather(*(inner(state) for _ in range(draws))), target)

    return run


def majority(updates, target=None):
    """The first of the updates that say what most say."""
    if len(updates) == 1:
        return updates[0]
    said = [meaning(update, target) for update in updates]
    return updates[said.index(Counter(said).most_common(1)[0][0])]
