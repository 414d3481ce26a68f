"""A router names the block that runs."""

import re

from .texts import text_of


def route(router, branches):
    """The update of the branch that the router names; the first, where it names none."""

    async def run(state):
        said = text_of(await router(state))
        return await branches[named_in(said, list(branches), 1)[0]](state)

    return run


def named_in(said, names, most):
    """The names that a text says first; what it does not say is filled up from the front."""
    at = {name: found.start() for name in names if (found := re.search(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", said))}
    return [*sorted(at, key=at.__getitem__), *(name for name in names if name not in at)][:most]
