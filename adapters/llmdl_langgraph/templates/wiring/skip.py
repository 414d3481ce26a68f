"""Which keys of the state a block sees."""


def skip(inner, hides):
    """Inner on the state without some keys."""
    hidden = hides.split(",")

    async def run(state):
        return await inner({key: value for key, value in state.items() if key not in hidden})

    return run
