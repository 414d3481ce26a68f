"""The default: beliefs with and without structure, weighed by what is seen; a plain race where numpy is missing."""

from __future__ import annotations

from importlib.util import find_spec

from llmdl_plugins.searches.halving import Halving
from llmdl_plugins.searches.search import RUNS, Search


def portfolio(runs: int = RUNS) -> Search:
    """`structured` where numpy is installed, else `halving`; as all searches, of so many runs at most."""
    if find_spec("numpy") is None:
        return Halving(runs)
    from llmdl_plugins.searches.structured import Structured

    return Structured(runs)
