"""A model of what choices are worth proposes entrants, and ranks them in a race."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.space import Architecture
from llmdl_plugins.searches.belief import Belief, shared
from llmdl_plugins.searches.race import Race, ladder
from llmdl_plugins.searches.random_search import entrants
from llmdl_plugins.searches.search import RUNS, Search

_LISTED = 5000
_DRAWN = 2000
_TOP = 20
_MOST_FIRST = 12


class Structured(Search):
    """Random entrants, then entrants and further rows where posterior draws are best, then a race by posterior means.

    Where choices have no structure, what was seen says so: its entrants are as good as random ones, and means count.
    Rows that tell most of the best are run first: those that some of them get right, and some don't.

    Args:
        first: rows of an entrant; up to 12 in a space so small that half of the runs are enough for all of it.
        entrants: random ones at first.
        entering, going_on: how many enter and how many get more rows, at a time.
        explore: share of the allowance after which nobody enters.

    Source: Thompson sampling (Thompson, 1933; Chapelle and Li, 2011) on additive and pairwise Gaussian processes
    (Duvenaud et al., 2011); successive halving (Jamieson and Talwalkar, 2016); rows as in adaptive tests (Lord, 1980).
    """

    name = "structured"

    def __init__(
        self,
        runs: int = RUNS,
        first: int = 3,
        entrants: int = 40,
        entering: int = 16,
        going_on: int = 3,
        explore: float = 0.6,
    ) -> None:
        super().__init__(runs)
        self.first, self.entrants, self.explore = first, entrants, explore
        self.entering, self.going_on = entering, going_on

    def check(self, problem: Problem) -> None:
        """Refuse a run that is after cost: what options are worth is believed of scores.

        Raises:
            MisuseError: says what to take.
        """
        super().check(problem)
        if problem.aim.margin is not None:
            raise MisuseError("The search 'structured' looks for better scores: take portfolio where the aim is cost.")

    async def explored(self, race: Race) -> list[Architecture]:
        """The best posterior mean first."""
        draw = np.random.default_rng(race.draw.getrandbits(32))
        rungs = ladder(race.affordable(self._rows(race)), len(race.rows))
        await race.run(entrants(race, self.entrants), rungs[0])
        if not race.seen:
            return []
        belief = believed(race)
        while race.allowance.used < self.explore:
            steps, order = self._steps(race, belief, rungs, draw), belief.order(1 + len(race.seen) // _TOP)
            if not steps or not all([await race.run(names, upto, order) for upto, names in sorted(steps.items())]):
                break
            belief = believed(race, belief)
        return await raced(race, believed(race, belief), rungs)

    def _rows(self, race: Race) -> int:
        """Of an entrant."""
        each = self.runs // (2 * len(race.space.all)) if race.space.all else 0
        return max(self.first, min(_MOST_FIRST, each))

    def _steps(
        self, race: Race, belief: Belief, rungs: Sequence[int], draw: np.random.Generator
    ) -> dict[int, list[Architecture]]:
        """Up to how many rows which are run next: each is the best of one draw from the posterior."""
        known, pool, steps = list(race.seen), self._pool(race), dict[int, list[Architecture]]()
        coded = np.array(pool, dtype=int).reshape(-1, len(race.space.names))
        out = np.array([race.depth(a) >= rungs[-1] for a in known])
        taken, common = np.zeros(len(pool), bool), shared(coded, belief.seen)
        drawn = belief.draws(max(self.entering, self.going_on), coded, common, draw)
        for turn, (there, here) in enumerate(zip(*drawn, strict=True)):
            if turn < self.entering and not taken.all():
                best = int(np.argmax(np.where(taken, -np.inf, there)))
                taken[best] = True
                steps.setdefault(rungs[0], []).append(pool[best])
            if turn < self.going_on and not out.all():
                best = int(np.argmax(np.where(out, -np.inf, here)))
                out[best] = True
                steps.setdefault(_next(rungs, race.depth(known[best])), []).append(known[best])
        return steps

    def _pool(self, race: Race) -> list[Architecture]:
        """All that were not run, or some thousands of them: neighbours of the best, and random ones."""
        space = race.space
        if space.all is not None and len(space.all) <= _LISTED:
            return [a for a in space.all if a not in race.seen]
        near = [one for best in race.ranked(race.seen)[: self.entering] for one in space.near(best)]
        drawn = [space.draw(race.draw) for _ in range(_DRAWN)]
        return [a for a in dict.fromkeys([*near, *drawn]) if a not in race.seen]


def believed(race: Race, before: Belief | None = None) -> Belief:
    """What the race says so far."""
    return Belief({a: seen.scores for a, seen in race.seen.items()}, len(race.rows), before)


def by_mean(race: Race, belief: Belief) -> list[Architecture]:
    """The best posterior mean first, of equals the cheaper."""
    skills = dict(zip(race.seen, belief.skills, strict=True))
    return sorted(race.seen, key=lambda a: (-skills[a], race.seen[a].cost))


async def raced(race: Race, belief: Belief, rungs: Sequence[int]) -> list[Architecture]:
    """As many as can be afforded go on at each look, the best posterior means first; two at the last.

    Each look may take the same share of what is left.
    """
    looks = list(rungs[1:])
    for number, upto in enumerate(looks):
        share, going_on = race.allowance.left / (len(looks) - number), list[Architecture]()
        for architecture in by_mean(race, belief):
            share -= max(0, upto - race.depth(architecture))
            if share < 0 and len(going_on) > 1:
                break
            going_on.append(architecture)
        await race.run(going_on, upto, belief.order(2))
        belief = believed(race, belief)
    return by_mean(race, belief)


def _next(rungs: Sequence[int], depth: int) -> int:
    return next((rung for rung in rungs if rung > depth), rungs[-1])
