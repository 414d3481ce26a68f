"""New texts that came along with others and do nothing: what was accepted is tried without each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.rollout import Rollout


async def left_behind(
    problem: Problem, candidate: Mapping[str, str], before: Mapping[str, str], failed: Sequence[Rollout]
) -> None:
    """Propose what was accepted without one of its texts, where no row asks for that; a screen takes what is as good.

    Args:
        candidate: what was accepted.
        before: the text that each of its new ones took the place of; the most blamed first.
        failed: the rows that asked for them.
    """
    left = list(before)
    for name in reversed(tuple(before)):
        lighter = {**candidate, name: before[name]}
        if len(left) > 1 and await _is_idle(problem, candidate, lighter, failed):
            verdict = await problem.propose(lighter, f"the same without the new text for {name}")
            if verdict.accepted:
                candidate = lighter
                left.remove(name)


async def _is_idle(
    problem: Problem, candidate: Mapping[str, str], lighter: Mapping[str, str], failed: Sequence[Rollout]
) -> bool:
    told = await problem.evaluate([candidate, lighter], [r.example for r in failed])
    pairs = zip(told[: len(failed)], told[len(failed) :], strict=True)
    return all(without.score >= with_it.score for with_it, without in pairs)
