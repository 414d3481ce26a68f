"""The default: the strategy that did best in worlds whose truth is known, for what the run is after."""

from __future__ import annotations

from importlib.util import find_spec

from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.space import Architecture
from llmdl_plugins.searches.evolution import Evolution
from llmdl_plugins.searches.halving import Halving
from llmdl_plugins.searches.race import Race
from llmdl_plugins.searches.search import Search


class Portfolio(Search):
    """`structured` where numpy is installed, else `halving`; `evolution` where the aim is cost."""

    name = "portfolio"

    async def explored(self, race: Race) -> list[Architecture]:
        """As the strategy has them."""
        return await self._strategy(race.problem).explored(race)

    def _strategy(self, problem: Problem) -> Search:
        if problem.aim.margin is not None:
            return Evolution(self.runs)
        if find_spec("numpy") is None:
            return Halving(self.runs)
        from llmdl_plugins.searches.structured import Structured

        return Structured(self.runs)
