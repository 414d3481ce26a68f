"""Sentences in force that undo what a new one repairs: it would help where training began, and no longer does."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from llmdl_plugins.optimizers.company import spoiled
from llmdl_plugins.optimizers.edits import Edit, applied, pieces, without
from llmdl_plugins.optimizers.moves import Move
from llmdl_plugins.optimizers.parts import EACH, Part
from llmdl_plugins.optimizers.trials import Batch, Trial, tried
from llmdl_plugins.run.feedback import ALIKE, alike
from llmdl_plugins.run.problem import Problem

_MOST = 3


@dataclass(frozen=True)
class Clash:
    """A text in which sentences gave way to one that they undo.

    Args:
        new: the sentence that came.
        row: the id of one that shows what it is good for.
        gone: what gave way.
    """

    name: str
    text: str
    new: str
    row: str
    gone: Sequence[str]


async def clash(problem: Problem, wanted: Sequence[Part], texts: Mapping[str, str], batch: Batch) -> Clash | None:
    """What has to go for the first of these edits that repairs its rows in the original text, not in the present one.

    Args:
        wanted: edits that repair nothing in the present texts, and sentences that are asked for though they are there.
        texts: in force by name.
    """
    for part in [p for p in wanted if p.edit.new and p.rows][:_MOST]:
        if learned := _learned(problem, part.name, texts):
            alone = await tried(problem, _beside(problem, part), batch, part.rows[:EACH])
            gone = await _undoing(problem, part, alone, learned, batch) if alone.repaired else []
            if gone and (found := await _cleared(problem, part, alone, gone, texts, batch)):
                return found
    return None


async def _undoing(problem: Problem, part: Part, alone: Trial, learned: Sequence[str], batch: Batch) -> list[str]:
    """The learned sentences that undo the part where they stand beside it in the original text."""
    rows, learned = alone.repaired, [sentence for sentence in learned if sentence != part.edit.words]
    both = [_beside(problem, part, sentence) for sentence in learned]
    lost = await asyncio.gather(*(spoiled(problem, batch, alone.move, one, rows) for one in both))
    return [sentence for sentence, spoilt in zip(learned, lost, strict=True) if len(spoilt) == len(rows)]


async def _cleared(
    problem: Problem, part: Part, alone: Trial, gone: Sequence[str], texts: Mapping[str, str], batch: Batch
) -> Clash | None:
    """The present text with the part in the place of these sentences; None where that repairs none of its rows."""
    text = reduce(without, gone, texts[part.name])
    if not any(alike(piece, part.edit.new) >= ALIKE for piece in pieces(text)):
        text = _with(text, part.edit.new)
    if problem.parameters[part.name].problem(text) is not None:
        return None
    trial = await tried(problem, Move({part.name: text}, {}), batch, alone.repaired)
    shown = [r.example.id for r in trial.repaired]
    return Clash(part.name, text, part.edit.words, shown[0], gone) if shown else None


def _learned(problem: Problem, name: str, texts: Mapping[str, str]) -> list[str]:
    original = {piece.strip() for piece in pieces(str(problem.parameters[name].default))}
    return [piece.strip() for piece in pieces(texts[name]) if piece.strip() not in original]


def _beside(problem: Problem, part: Part, *sentences: str) -> Move:
    """The part in the original text, beside some sentences more."""
    text = reduce(_with, [*sentences, part.edit.new], str(problem.parameters[part.name].default))
    return Move({part.name: text}, {})


def _with(text: str, sentence: str) -> str:
    return applied(text, [Edit(len(pieces(text)) - 1, new=sentence.strip())])
