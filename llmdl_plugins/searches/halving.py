"""Successive halving: many architectures on a few rows, the better half on twice as many, and so on."""

from __future__ import annotations

from llmdl_plugins.run.space import Architecture
from llmdl_plugins.searches.race import Race, halved, ladder
from llmdl_plugins.searches.random_search import fresh
from llmdl_plugins.searches.search import RUNS, Search

_TOGETHER = 8


class Halving(Search):
    """Random entrants, raced on a shared order of rows.

    Each rung costs about as much as the others, the first, on which nobody has been run before, twice as much.

    Args:
        first: rows of the first rung.

    Source: Jamieson and Talwalkar, 2016; racing: Maron and Moore, 1994.
    """

    name = "halving"

    def __init__(self, runs: int = RUNS, first: int = 5) -> None:
        super().__init__(runs)
        self.first = first

    async def explored(self, race: Race) -> list[Architecture]:
        """Those that came farthest first."""
        rungs = ladder(race.affordable(self.first), len(race.rows))
        await race.run(race.space.seeds(), rungs[0])
        while race.allowance.used < 2 / (len(rungs) + 1) and (drawn := fresh(race, _TOGETHER)):
            if not await race.run(drawn, rungs[0]):
                break
        return await halved(race, list(race.seen), rungs)
