"""A block that is told, behind what it is asked with, what another one has noted."""

from .slots import filled
from .texts import asked, asking, text_of


def noted(layer, inner, source, told):
    """Inner's update."""

    async def run(state):
        notes = text_of(await layer(state))
        return await inner(asking(state, source, filled(told, asked=asked(state, source), notes=notes)))

    return run
