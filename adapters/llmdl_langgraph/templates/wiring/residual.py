"""A change that counts only where it is accepted."""

import re

from .texts import key_of, text_of


def residual(f, accepts, judge=None):
    """The change, or none."""

    async def run(state):
        if accepts == "never":
            return {}
        update = await f(state)
        key = key_of(update)
        before, after = text_of(state, key) if key in state else "", text_of(update, key)
        if before == after or judge is None or accepts == "always":
            return update
        said = text_of(await judge({**state, "before": before, "after": after}))
        return update if re.match(r"\W*yes\b", said, re.IGNORECASE) else {}

    return run
