"""A strategy of somebody else: climbs from the application to the best neighbour, as long as one is better."""

from llmdl_plugins import Optimizer
from llmdl_plugins.plugins import Spec, hookimpl

ROWS = 40


class Climb(Optimizer):
    name = "climb"

    async def optimize(self, problem):
        space, rows = problem.space, problem.train[:ROWS]
        here, scores = space.home, {}
        while here is not None:
            around = [a for a in [here, *space.near(here)] if a not in scores]
            rollouts = await problem.evaluate([space.changes(a) for a in around], rows)
            for number, architecture in enumerate(around):
                own = rollouts[number * len(rows) : (number + 1) * len(rows)]
                scores[architecture] = sum(r.score for r in own)
            best = max(scores, key=scores.__getitem__)
            here = best if scores[best] > scores[here] else None
        best = max(scores, key=scores.__getitem__)
        if best != space.home:
            await problem.propose(space.changes(best), space.words(best))


@hookimpl
def llmdl_searches():
    return [Spec("climb", "third_party:Climb", "the best neighbour, again and again")]
