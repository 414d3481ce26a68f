"""Evolution: children of good architectures differ in one choice, the oldest make room."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from llmdl_plugins.run.space import Architecture
from llmdl_plugins.searches.race import Race, halved, ladder
from llmdl_plugins.searches.random_search import entrants
from llmdl_plugins.searches.search import RUNS, Search

_EXPLORE = 0.7
_CROSSED = 0.3
_PATIENCE = 20
_FINAL = 8


class Evolution(Search):
    """Ageing evolution on a few rows, then a race of the best of all on more.

    A child shares the calls of all nodes before the one that it changes with its parent, so the ledger pays for them.

    Args:
        population: how many live at once.
        rows: train rows that each is run on.
        rivals: how many are drawn for the best of them to be a parent.

    Source: regularized evolution (Real et al., 2019).
    """

    name = "evolution"

    def __init__(self, runs: int = RUNS, population: int = 24, rows: int = 20, rivals: int = 6) -> None:
        super().__init__(runs)
        self.population, self.rows, self.rivals = population, rows, rivals

    async def explored(self, race: Race) -> list[Architecture]:
        """The best first."""
        rows, first = race.affordable(self.rows), entrants(race, self.population)
        await race.run(first, rows)
        alive = deque((a for a in first if race.depth(a)), maxlen=self.population)
        while alive and race.allowance.used < _EXPLORE and (children := self._children(race, list(alive))):
            if not await race.run(children, rows):
                break
            alive.extend(children)
        best = race.ranked(race.seen)
        final = await halved(race, best[:_FINAL], [n for n in ladder(rows, len(race.rows)) if n > rows])
        return [*final, *best[_FINAL:]]

    def _children(self, race: Race, alive: Sequence[Architecture]) -> list[Architecture]:
        """A few that were not run, made together so that their rows are run side by side."""
        tries = [self._child(race, alive) for _ in range(_PATIENCE)]
        return [a for a in dict.fromkeys(tries) if a not in race.seen][: max(1, self.population // 6)]

    def _child(self, race: Race, alive: Sequence[Architecture]) -> Architecture:
        parent, other = (self._parent(race, alive) for _ in range(2))
        crossed = race.draw.random() < _CROSSED and parent != other
        return race.space.mutated(race.space.crossed(parent, other, race.draw) if crossed else parent, race.draw)

    def _parent(self, race: Race, alive: Sequence[Architecture]) -> Architecture:
        return race.ranked(race.draw.sample(alive, min(self.rivals, len(alive))))[0]
