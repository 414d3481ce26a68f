"""Architectures at random, each on the same rows: what every other strategy has to beat."""

from __future__ import annotations

from llmdl_plugins.run.space import Architecture
from llmdl_plugins.searches.race import Race
from llmdl_plugins.searches.search import RUNS, Search

_PATIENCE = 50
_TOGETHER = 8


class RandomSearch(Search):
    """The application as it is, then random architectures until the allowance is used.

    Args:
        rows: train rows that each is run on.

    Source: Bergstra and Bengio, 2012.
    """

    name = "random"

    def __init__(self, runs: int = RUNS, rows: int = 50) -> None:
        super().__init__(runs)
        self.rows = rows

    async def explored(self, race: Race) -> list[Architecture]:
        """The best first."""
        rows = race.affordable(self.rows)
        await race.run(race.space.seeds(), rows)
        while (drawn := fresh(race, _TOGETHER)) and await race.run(drawn, rows):
            pass
        return race.ranked(race.seen)


def fresh(race: Race, count: int) -> list[Architecture]:
    """So many random architectures that were not run; fewer where hardly any are left."""
    if race.space.all is not None and len(race.space.all) <= 2 * (len(race.seen) + count):
        left = [a for a in race.space.all if a not in race.seen]
        return race.draw.sample(left, min(count, len(left)))
    drawn = dict.fromkeys(race.space.draw(race.draw) for _ in range(_PATIENCE + count))
    return [a for a in drawn if a not in race.seen][:count]


def entrants(race: Race, count: int) -> list[Architecture]:
    """So many to begin with: the seeds of the space, which may be a few more, then random ones."""
    seeds = race.space.seeds()
    drawn = [a for a in fresh(race, count) if a not in seeds]
    return [*seeds, *drawn[: max(0, count - len(seeds))]]
