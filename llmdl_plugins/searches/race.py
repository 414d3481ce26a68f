"""A race of architectures on train rows: in one order, unless a strategy says which rows tell more."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import islice

from llmdl_plugins.run.better import ACCEPT, better
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.space import Architecture
from llmdl_plugins.searches.allowance import Allowance
from llmdl_plugins.searches.seen import Seen, alike

_HANDFUL = 8
_CAUTION = 4
_WITHIN = 0.5  # of the margin: what loses all of it has no chance in the sealed test


class Race:
    """Every architecture that was run, on how many rows it may be, and what it came to.

    Args:
        problem: whose train rows are run, in an order that its seed draws.
        runs: how many runs of the application the search may take.
    """

    def __init__(self, problem: Problem, runs: int) -> None:
        self.problem, self.space = problem, problem.space
        self.draw = random.Random(f"{problem.seed}/search")
        self.rows = self.draw.sample(list(problem.train), len(problem.train))
        self.allowance = Allowance(problem, runs)
        self.seen: dict[Architecture, Seen] = {}

    async def run(self, architectures: Iterable[Architecture], upto: int, order: Sequence[int] | None = None) -> bool:
        """Run each until it has been on so many rows; False where the allowance ends before all have.

        Those that fit are run, in their order.

        Args:
            order: numbers of rows, those to take first at the head; as drawn, if not given.
        """
        wanted = list(dict.fromkeys(architectures))
        fitting, order = self._fitting(wanted, upto), order or range(len(self.rows))
        missing = {a: self._missing(a, upto, order) for a in fitting}
        for rows in sorted(dict.fromkeys(missing.values()), key=len, reverse=True):
            await self._run([a for a in fitting if missing[a] == rows], rows)
        return len(fitting) == len(wanted)

    def _missing(self, architecture: Architecture, upto: int, order: Sequence[int]) -> tuple[int, ...]:
        """The rows that it is to be run on next."""
        been = self.seen[architecture].scores if architecture in self.seen else ()
        return tuple(islice((n for n in order if n not in been), max(0, upto - len(been))))

    def _fitting(self, architectures: Sequence[Architecture], upto: int) -> list[Architecture]:
        left, fitting = self.allowance.left, list[Architecture]()
        for architecture in architectures:
            left -= max(0, min(upto, len(self.rows)) - self.depth(architecture))
            if left < 0:
                break
            fitting.append(architecture)
        return fitting

    async def _run(self, architectures: Sequence[Architecture], rows: Sequence[int]) -> None:
        if not rows:
            return
        worth = self.problem.budget.worth
        rollouts = await self.problem.evaluate(
            [self.space.changes(a) for a in architectures], [self.rows[n] for n in rows]
        )
        self.allowance.take(len(rollouts))
        for number, rollout in enumerate(rollouts):
            seen, took = self.seen.setdefault(architectures[number // len(rows)], Seen()), worth(rollout.receipts)
            reached = rollout.status != "infrastructure error"
            seen.scores[rows[number % len(rows)]] = rollout.score if reached else None
            seen.costs.append(took.usd or took.tokens or took.calls)

    def affordable(self, rows: int) -> int:
        """So many rows of each, fewer where not even a handful of architectures could be run on as many."""
        return max(1, min(rows, int(self.allowance.left // _HANDFUL)))

    def depth(self, architecture: Architecture) -> int:
        """On how many rows it was run."""
        return len(self.seen[architecture].scores) if architecture in self.seen else 0

    def ranked(self, architectures: Iterable[Architecture]) -> list[Architecture]:
        """The best first, of equals the cheaper."""
        return sorted(architectures, key=lambda a: (-self.worth(a), self.seen[a].cost))

    def worth(self, architecture: Architecture) -> float:
        """Its score; for a run that is after cost what it saves, discounted where its score is not sure to hold."""
        if self.problem.aim.margin is None or self.space.home not in self.seen:
            return self.seen[architecture].score
        saved = self.saved(architecture)
        return saved * self.holds(architecture, _WITHIN) ** _CAUTION if saved > 0 else saved

    def saved(self, architecture: Architecture) -> float:
        """The share of the application's cost."""
        home = self.seen[self.space.home].cost
        return 1 - self.seen[architecture].cost / home if home else 0.0

    def holds(self, architecture: Architecture, share: float = 1.0) -> float:
        """The chance that it is not worse than the application by so much of the margin."""
        home, own = self.seen[self.space.home].scores, self.seen[architecture].scores
        both = [(home[n], own[n]) for n in home if n in own]
        told = [(old, new) for old, new in both if old is not None and new is not None]
        return better(told, share * (self.problem.aim.margin or 0.0))

    def finalists(self, ranked: Sequence[Architecture]) -> list[Architecture]:
        """Those that are worth more than the application, as ranked; for cost those first that are sure to hold."""
        best = list(ranked[: ranked.index(self.space.home)]) if self.space.home in ranked else list(ranked)
        if self.problem.aim.margin is None or self.space.home not in self.seen:
            return [a for a in best if self.seen[a].score > 0]  # what is right nowhere can't be better
        sure = {a: self.holds(a) >= ACCEPT for a in best}
        return sorted(best, key=lambda a: (-sure[a], -self.saved(a) if sure[a] else -self.worth(a)))

    def cheapest_like(self, architecture: Architecture) -> Architecture:
        """The cheapest that came to the same on every row that both were run on, at least half as many."""
        scores = self.seen[architecture].scores
        same = [a for a, seen in self.seen.items() if alike(scores, seen.scores)]
        return min(same, key=lambda a: self.seen[a].cost)


def ladder(first: int, rows: int) -> list[int]:
    """After how many rows a race looks: twice as many each time, and all at last.

    >>> ladder(5, 60)
    [5, 10, 20, 40, 60]
    """
    rungs = [min(first, rows)]
    while rungs[-1] < rows:
        rungs.append(min(2 * rungs[-1], rows))
    return rungs


async def halved(race: Race, architectures: Sequence[Architecture], rungs: Sequence[int]) -> list[Architecture]:
    """The better half goes on at each look; those that came farthest first, the best of them at the head."""
    alive, out = list(architectures), list[Architecture]()
    for number, upto in enumerate(rungs):
        if not await race.run(alive, upto):
            break
        alive = race.ranked(alive)
        if number < len(rungs) - 1 and len(alive) > 1:
            half = len(alive) // 2
            alive, out = alive[:half], [*alive[half:], *out]
    return [*alive, *out]
