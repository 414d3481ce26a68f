"""A block that reads what another one makes of the state."""

from .texts import asking, text_of


def encoded(encoder, inner, source):
    """Inner's update; it never sees what the encoder has read at source."""

    async def run(state):
        return await inner(asking(state, source, text_of(await encoder(state))))

    return run
