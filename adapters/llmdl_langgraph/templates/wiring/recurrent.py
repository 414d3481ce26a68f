"""A long text read chunk by chunk by one prompt, which keeps notes of bounded size."""

from .chunks import chunks, held, told_beside
from .prompt import said
from .slots import filled


def recurrent(model, source, target, bound, width, cell, beside=()):
    """The notes after the last chunk."""

    async def run(state):
        notes = state.get(target) or ""
        for chunk in chunks(state[source], width):
            given = told_beside(state, beside, {"notes": notes, "chunk": chunk})
            notes = held(await said(model, filled(cell, bound=str(bound)), given), bound)
        return {target: notes}

    return run
