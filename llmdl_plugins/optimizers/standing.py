"""Which sentences in force undo what a new one repairs: it helps where training began, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmdl_plugins.optimizers.edits import Edit, applied, pieces, without
from llmdl_plugins.optimizers.moves import Move, move
from llmdl_plugins.optimizers.sifting import EACH, Part
from llmdl_plugins.optimizers.trials import Batch, Trial, spoiled, tried
from llmdl_plugins.run.problem import Problem


@dataclass(frozen=True)
class Clash:
    """A text in which sentences gave way to one that they undo.

    Args:
        gone: what gave way.
    """

    name: str
    text: str
    gone: Sequence[str]


async def clash(problem: Problem, idle: Sequence[Part], texts: Mapping[str, str], batch: Batch) -> Clash | None:
    """The first of these idle edits that repairs its rows in the original text, and what has to go for it in the present one."""
    for part in idle:
        learned = _learned(problem, part.name, texts)
        if not part.edit.new or not learned:
            continue
        alone = await tried(problem, _beside(problem, part, ""), batch, part.rows[:EACH])
        if alone.repaired and (found := await _cleared(problem, part, alone, learned, texts, batch)):
            return found
    return None


async def _cleared(
    problem: Problem, part: Part, alone: Trial, learned: Sequence[str], texts: Mapping[str, str], batch: Batch
) -> Clash | None:
    """The present text without what undoes the part, and with it; None where that does not repair its rows."""
    beside = [_beside(problem, part, s) for s in learned]
    rows = alone.repaired
    lost = await asyncio.gather(*(spoiled(problem, batch, alone.move, one, rows) for one in beside))
    gone = [s for s, spoilt in zip(learned, lost, strict=True) if len(spoilt) == len(rows)]
    if not gone:
        return None
    text = texts[part.name]
    for sentence in gone:
        text = without(text, sentence)
    text = _with(text, part.edit.new)
    if problem.parameters[part.name].problem(text) is not None:
        return None
    trial = await tried(problem, move(texts, {part.name: text}), batch, alone.repaired)
    return Clash(part.name, text, gone) if trial.repaired else None


def _beside(problem: Problem, part: Part, sentence: str) -> Move:
    """The part in the original text, beside one sentence more."""
    text = str(problem.parameters[part.name].default)
    return Move({part.name: _with(_with(text, sentence) if sentence else text, part.edit.new)}, {})


def _learned(problem: Problem, name: str, texts: Mapping[str, str]) -> list[str]:
    original = {p.strip() for p in pieces(str(problem.parameters[name].default))}
    return [p.strip() for p in pieces(texts[name]) if p.strip() not in original]


def _with(text: str, sentence: str) -> str:
    return applied(text, [Edit(len(pieces(text)) - 1, new=sentence.strip())])
