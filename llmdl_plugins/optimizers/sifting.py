"""Which sentences of a move earn their place: each has to repair a row that asked for it, and undo no other's work."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from llmdl_plugins.optimizers.edits import Edit, applied
from llmdl_plugins.optimizers.moves import Move
from llmdl_plugins.optimizers.trials import Batch, Trial, spoiled, tried
from llmdl_plugins.run.feedback import ALIKE, FailureMode, alike
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.rollout import Rollout

EACH = 2
_FAILING, _FEW = 8, 12


@dataclass(frozen=True)
class Part:
    """One edit of a move, and the failing rows that asked for it."""

    name: str
    edit: Edit
    rows: Sequence[Rollout]


@dataclass(frozen=True)
class Sifted:
    """What is left of a move, tried on a few rows.

    Args:
        idle: edits that repaired none of the rows that asked for them.
        undoing: edits in whose company others repair nothing that they repair alone.
        repaired: for each edit that stays, a row that shows it.
    """

    trial: Trial
    repaired: Mapping[str, str] = field(default_factory=dict)
    idle: Sequence[Part] = field(default_factory=list)
    undoing: Sequence[Part] = field(default_factory=list)


def parts(whole: Move, modes: Mapping[str, Sequence[FailureMode]], failed: Sequence[Rollout]) -> list[Part]:
    """The edits of a move, each with the rows that it is to repair."""
    return [Part(name, edit, _asking(edit, modes[name], failed)) for name, made in whole.edits.items() for edit in made]


def _asking(edit: Edit, modes: Sequence[FailureMode], failed: Sequence[Rollout]) -> list[Rollout]:
    who = {example for mode in modes if alike(mode.words, edit.words) >= ALIKE for example in mode.examples}
    return [r for r in failed if r.example.id in who]


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
    undoing = await _undoing(problem, lone, good, texts, batch)
    good = [part for part in [*good, *(part for part, _ in lone)] if part not in undoing]
    trial = await _smaller(problem, trial, good, found, texts, batch, must=bool(undoing))
    if trial.gain > 0:
        trial = trial.joined(await tried(problem, trial.move, batch, batch.guards[: _FEW - len(trial.old)]))
        kept = [part for part in found if part.edit in trial.move.edits.get(part.name, ())]
        if breaking := await _breaking(problem, trial, kept, texts, batch):
            undoing += breaking
            good = [part for part in good if part not in breaking]
            trial = await _smaller(problem, trial, good, found, texts, batch, must=True)
    left = [part for part in found if part not in good]
    return Sifted(trial, _shown(good, trial), [part for part in left if part.rows and part not in undoing], undoing)


async def _smaller(
    problem: Problem,
    trial: Trial,
    good: Sequence[Part],
    found: Sequence[Part],
    texts: Mapping[str, str],
    batch: Batch,
    must: bool,
) -> Trial:
    """The move with what is good of it alone, where that is no worse, or has to be."""
    if not good or len(good) == len(found):
        return trial
    smaller = await tried(problem, _composed(problem, good, texts), batch, _covering(good, batch))
    return smaller if must or smaller.promising or smaller.gain >= trial.gain else trial


async def _breaking(
    problem: Problem, trial: Trial, kept: Sequence[Part], texts: Mapping[str, str], batch: Batch
) -> list[Part]:
    """The edits that break by themselves a row that the move breaks."""
    rows = await spoiled(problem, batch, None, trial.move, trial.broken)
    each = await asyncio.gather(
        *(spoiled(problem, batch, None, _composed(problem, [part], texts), rows) for part in kept if rows)
    )
    return [part for part, lost in zip(kept, each, strict=False) if lost]


def _shown(good: Sequence[Part], trial: Trial) -> dict[str, str]:
    """A row that each edit repaired in the end, by its sentence."""
    ids = {r.example.id for r in trial.repaired}
    return {p.edit.words: next(r.example.id for r in p.rows if r.example.id in ids) for p in good if any(r.example.id in ids for r in p.rows)}


async def _alone(problem: Problem, part: Part, texts: Mapping[str, str], batch: Batch) -> Trial:
    return await tried(problem, _composed(problem, [part], texts), batch, (part.rows or batch.failed)[:EACH])


async def _undoing(
    problem: Problem, lone: Sequence[tuple[Part, Trial]], good: Sequence[Part], texts: Mapping[str, str], batch: Batch
) -> list[Part]:
    """The good edits beside which a lone one repairs none of the rows that it repairs by itself."""
    pairs = [(one, _composed(problem, [beside, part], texts), beside) for part, one in lone if part.rows for beside in good]
    lost = await asyncio.gather(*(spoiled(problem, batch, one.move, both, one.repaired) for one, both, _ in pairs))
    found = [beside for (one, _, beside), rows in zip(pairs, lost, strict=True) if len(rows) == len(one.repaired)]
    return [part for part in good if part in found]


def _composed(problem: Problem, good: Sequence[Part], texts: Mapping[str, str]) -> Move:
    """These edits alone; not of a text that they would leave unusable."""
    edits = {name: [p.edit for p in good if p.name == name] for name in dict.fromkeys(p.name for p in good)}
    new = {name: applied(texts[name], made) for name, made in edits.items()}
    usable = {name: text for name, text in new.items() if problem.parameters[name].problem(text) is None}
    return Move(usable, {name: edits[name] for name in usable})


def _covering(found: Sequence[Part], batch: Batch) -> list[Rollout]:
    """Failing rows that every edit has some of its own among, as far as that many go."""
    turns = [part.rows[n] for n in range(_FAILING) for part in found if n < len(part.rows)]
    return list({r.example.id: r for r in [*turns, *batch.failed]}.values())[:_FAILING]
