"""Words in common."""

import re

from llmdl_plugins import Loss, Score


class Words(Loss):
    """The share of words that output and expected have in common (Jaccard), from 0 to 1."""

    name = "hello-words"

    async def compare(self, got, want, example):
        # An application may give anything: a loss that raises would end the run.
        said, wanted = words(got), words(want)
        if not said | wanted:
            return Score(1.0)
        missing = sorted(wanted - said)
        return Score(len(said & wanted) / len(said | wanted), f"It lacks {', '.join(missing)}." if missing else "")


def words(value):
    """The words of a value, in lower case."""
    return set(re.findall(r"\w+", str(value).lower()))
