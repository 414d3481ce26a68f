"""What all strategies share: a race within an allowance, and proposals of what came out best."""

from __future__ import annotations

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.run.optimizer import NOTHING, Optimizer
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.space import Architecture
from llmdl_plugins.run.work import Range, Size, Work
from llmdl_plugins.searches.race import Race

RUNS = 2000
_FINALISTS = 3
_TASTE = 3


class Search(Optimizer):
    """Subclass it and write `explored`: it races architectures and gives them back, the best first.

    Args:
        runs: the most runs of the application on train rows; the budget may end it before.
    """

    def __init__(self, runs: int = RUNS) -> None:
        self.runs = runs

    async def optimize(self, problem: Problem) -> None:
        """Race, then propose the best; one that is worth less than the application as it is is not proposed.

        Raises:
            MisuseError: there is nothing to choose.
        """
        self.check(problem)
        race = Race(problem, self.runs)
        await race.run([race.space.home], race.affordable(_TASTE))  # what a run takes of limits that are no runs
        ranked = list(dict.fromkeys(race.cheapest_like(one) for one in await self.explored(race)))
        accepted: Architecture | None = None
        for one in race.finalists(ranked)[:_FINALISTS]:
            if accepted and race.saved(one) <= race.saved(accepted):
                continue
            values = race.space.values(one) if accepted else race.space.changes(one)
            if (await problem.propose(values, race.space.words(one))).accepted:
                if problem.aim.margin is None:
                    return
                accepted = one  # what saves more may hold as well

    def check(self, problem: Problem) -> None:
        """Refuse an application without choices."""
        if not problem.space.options:
            raise MisuseError(
                f"The search {self.name!r} has nothing to choose: no choice of this application is trainable. "
                "Give a recipe (--recipe NAME) or a space (--space NAME|FILE)."
            )

    async def explored(self, race: Race) -> list[Architecture]:
        """Architectures, the best first."""
        raise NotImplementedError

    def expected(self, size: Size) -> Work:
        """The runs that it may take, fewer where there are few choices, and a screen for each finalist."""
        most = min(self.runs, size.train * 2.0**size.parameters)
        return Work(Range(min(most, size.train), most, most + 2.0 * _FINALISTS * size.val), NOTHING)
