"""A block that does nothing."""


def identity():
    """No update."""

    async def run(state):
        return {}

    return run
