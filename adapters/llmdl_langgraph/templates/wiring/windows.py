"""One block over every window of a long text."""

import asyncio

from .pieces import pieces
from .texts import asked, asking, first_number, text_of, with_text
from .vote import majority


def windows(inner, source, width, pool, target=None):
    """The answers of all windows, pooled."""

    async def run(state):
        return pooled(await on_pieces(inner, state, source, width), pool, target)

    return run


async def on_pieces(inner, state, source, width):
    """Inner's update on each piece, in order; what is one piece stays as it is."""
    parts = pieces(asked(state, source), width)
    states = [asking(state, source, part) for part in parts] if len(parts) > 1 else [state]
    return await asyncio.gather(*(inner(one) for one in states))


def pooled(updates, pool, target=None):
    """One update of several."""
    if len(updates) == 1 or pool == "majority":
        return majority(updates, target)
    texts = [text_of(update, target) for update in updates]
    whole = "\n".join(texts) if pool == "concat" else f"{sum(map(first_number, texts)):g}"
    return with_text(updates[0], whole, target)
