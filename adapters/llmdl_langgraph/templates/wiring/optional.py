"""A block that may be left out."""


def optional(inner, runs):
    """Inner's update, or nothing."""

    async def run(state):
        return await inner(state) if runs == "on" else {}

    return run
