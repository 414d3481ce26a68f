"""Which edits of a move stand in the way of others, or of what goes well: found in pairs, and held to several draws."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from llmdl_plugins.optimizers.moves import Move
from llmdl_plugins.optimizers.parts import Part, composed
from llmdl_plugins.optimizers.trials import Batch, Trial
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.rollout import Rollout

_CLEAR = 0.1
_FEW = 2


async def undoing(
    problem: Problem,
    company: Move,
    lone: Sequence[tuple[Part, Trial]],
    good: Sequence[Part],
    texts: Mapping[str, str],
    batch: Batch,
) -> list[Part]:
    """The good edits beside which a lone one repairs none of the rows that it repairs by itself.

    Args:
        company: the whole move; where a lone edit's rows are right in it when run again, nothing undid it.
        lone: edits that repaired nothing in company, as they were tried alone.
    """
    spoilt = await asyncio.gather(*(spoiled(problem, batch, one.move, company, one.repaired) for _, one in lone))
    undone = [each for each, rows in zip(lone, spoilt, strict=True) if len(rows) == len(each[1].repaired)]
    pairs = [(one, beside, composed(problem, [beside, part], texts)) for part, one in undone for beside in good]
    lost = await asyncio.gather(*(spoiled(problem, batch, one.move, both, one.repaired) for one, _, both in pairs))
    found = [beside for (one, beside, _), rows in zip(pairs, lost, strict=True) if len(rows) == len(one.repaired)]
    return [part for part in good if part in found]


async def breaking(
    problem: Problem, rows: Sequence[Rollout], found: Sequence[Part], texts: Mapping[str, str], batch: Batch
) -> list[Part]:
    """The edits that break one of these rows by themselves; where most seem to, the row had gone well by luck."""
    if not rows:
        return []
    alone = [composed(problem, [part], texts) for part in found]
    lost = await asyncio.gather(*(spoiled(problem, batch, None, one, rows) for one in alone))
    broke = [part for part, spoilt in zip(found, lost, strict=True) if spoilt]
    return broke if len(broke) <= max(_FEW, len(found) / 2) else []


async def spoiled(
    problem: Problem, batch: Batch, before: Move | None, after: Move, rows: Sequence[Rollout], *, surely: bool = False
) -> list[Rollout]:
    """The rows that do clearly worse after a move than before it, and do so again, since once may be bad luck.

    Args:
        before: the move to compare with; None for the texts in force.
        surely: whether they have to do worse both times that they are drawn again, not once only.
    """
    sides = [{**batch.base, **(before.texts if before else {})}, {**batch.base, **after.texts}]

    async def worse(some: Sequence[Rollout], repetition: str) -> list[Rollout]:
        both = await problem.evaluate(sides, [r.example for r in some], repetition=repetition) if some else []
        pairs = zip(some, both[: len(some)], both[len(some) :], strict=True)
        return [row for row, old, new in pairs if old.score - new.score >= _CLEAR]

    once = await worse(rows, "0")
    twice = await worse(once, "again")
    third = await worse(twice if surely else [row for row in once if row not in twice], "once more")
    return third if surely else [row for row in once if row in twice or row in third]
