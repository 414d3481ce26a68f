"""Blocks one after the other."""


def sequential(layers):
    """Each block sees the state and all updates before it; all updates together."""

    async def run(state):
        update = {}
        for layer in layers:
            update.update(await layer({**state, **update}))
        return update

    return run
