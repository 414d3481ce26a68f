"""Which edits of a move earn their place: each has to repair a row that asked for it, and to undo no other."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from llmdl_plugins.optimizers.company import breaking, spoiled, undoing
from llmdl_plugins.optimizers.moves import Move
from llmdl_plugins.optimizers.parts import EACH, Part, composed
from llmdl_plugins.optimizers.trials import FAILING, FEW, Batch, Trial, tried
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.rollout import Rollout


@dataclass(frozen=True)
class Sifted:
    """What is left of a move, tried on a few rows.

    Args:
        shown: a row that each edit repaired in the end, by its sentence.
        idle: edits that repaired none of the rows that asked for them.
        undoing: edits that stood in the way of others, or of rows that went well.
    """

    trial: Trial
    shown: Mapping[str, str]
    idle: Sequence[Part]
    undoing: Sequence[Part]


async def sifted(
    problem: Problem, whole: Move, texts: Mapping[str, str], found: Sequence[Part], batch: Batch
) -> Sifted:
    """The part of a move that earns its place: all edits at once first, then alone those that repaired nothing.

    What repairs its rows alone and not in company is undone by another edit.  That one is left out: it may stand for
    more rows, but these can be repaired without it, by what is said of them next, and the others can't be with it.
    The same goes for an edit that breaks a row which went well.
    """
    trial = await tried(problem, whole, batch, _covering(found, batch))
    good = [part for part in found if trial.repairs(part.rows)]
    rest = [part for part in found if part not in good and (part.rows or not trial.promising)]
    alone = await asyncio.gather(*(_alone(problem, part, texts, batch) for part in rest))
    lone = [(part, one) for part, one in zip(rest, alone, strict=True) if one.gain > 0]
    out = await undoing(problem, trial.move, lone, good, texts, batch)
    good = [part for part in [*good, *(part for part, _ in lone)] if part not in out]
    trial = await _left(problem, trial, good, found, texts, batch, must=bool(out))
    trial, good = await _fewer(problem, trial, good, texts, batch) if lone else (trial, good)
    if trial.gain > 0:
        guards = batch.guards[: min(FAILING, max(FEW - FAILING, len(trial.old)))]
        trial = trial.joined(await tried(problem, trial.move, batch, guards))
        kept = [part for part in found if part.edit in trial.move.edits.get(part.name, ())]
        surely = await spoiled(problem, batch, None, trial.move, trial.broken, surely=True)
        trial = trial.forgiven(surely)
        if broke := await breaking(problem, surely, kept, texts, batch):
            out, good = [*out, *broke], [part for part in good if part not in broke]
            trial = await _left(problem, trial, good, found, texts, batch, must=True)
    idle = [part for part in found if part.rows and part not in good and part not in out]
    return Sifted(trial, _shown(good, trial), idle, out)


async def _left(
    problem: Problem,
    trial: Trial,
    good: Sequence[Part],
    found: Sequence[Part],
    texts: Mapping[str, str],
    batch: Batch,
    must: bool,
) -> Trial:
    """The good edits alone, where that is no worse, or has to be; where there are none, the screen judges them all."""
    if not good or len(good) == len(found):
        return trial
    smaller = composed(problem, good, texts)
    if trial.promising and not must and all(part in good for part in found if part.rows):
        return await _spared(problem, trial, smaller, batch)
    again = await tried(problem, smaller, batch, _covering(good, batch))
    return again if must or again.promising or again.gain >= trial.gain else trial


async def _fewer(
    problem: Problem, trial: Trial, good: list[Part], texts: Mapping[str, str], batch: Batch
) -> tuple[Trial, list[Part]]:
    """Half of the edits, and half of those, as long as together they repair nothing: a prompt may be too long."""
    while len(good) > 1 and not trial.repaired:
        good = good[: len(good) // 2]
        trial = await tried(problem, composed(problem, good, texts), batch, _covering(good, batch))
    return trial, good


async def _spared(problem: Problem, trial: Trial, smaller: Move, batch: Batch) -> Trial:
    """The move without what no row asked for: tried on other rows, which tell more than the same ones again."""
    seen = {r.example.id for r in trial.old}
    rest = [r for r in batch.failed if r.example.id not in seen]
    other = await tried(problem, smaller, batch, rest[:FAILING])
    both = replace(trial, move=smaller).joined(other)
    return both if other.promising or both.gain >= trial.gain else trial


async def _alone(problem: Problem, part: Part, texts: Mapping[str, str], batch: Batch) -> Trial:
    return await tried(problem, composed(problem, [part], texts), batch, (part.rows or batch.failed)[:EACH])


def _shown(good: Sequence[Part], trial: Trial) -> dict[str, str]:
    repaired = {r.example.id for r in trial.repaired}
    return {part.edit.words: r.example.id for part in good for r in part.rows if r.example.id in repaired}


def _covering(found: Sequence[Part], batch: Batch) -> list[Rollout]:
    """Failing rows that every edit has some of its own among, as far as that many go."""
    turns = [part.rows[n] for n in range(FAILING) for part in found if n < len(part.rows)]
    return list({r.example.id: r for r in [*turns, *batch.failed]}.values())[:FAILING]
