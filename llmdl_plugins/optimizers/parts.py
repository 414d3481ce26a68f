"""A move as its single edits, each with the failing rows that asked for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmdl_plugins.optimizers.edits import Edit, applied, pieces
from llmdl_plugins.optimizers.moves import Move
from llmdl_plugins.run.feedback import ALIKE, FailureMode, alike
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.rollout import Rollout

EACH = 2


@dataclass(frozen=True)
class Part:
    """One edit of a move, and the failing rows that asked for it."""

    name: str
    edit: Edit
    rows: Sequence[Rollout]


def parts(whole: Move, modes: Mapping[str, Sequence[FailureMode]], failed: Sequence[Rollout]) -> list[Part]:
    """The edits of a move, each with the rows that it is to repair."""
    return [Part(name, edit, _asking(edit, modes[name], failed)) for name, made in whole.edits.items() for edit in made]


def _asking(edit: Edit, modes: Sequence[FailureMode], failed: Sequence[Rollout]) -> list[Rollout]:
    who = {example for mode in modes if alike(mode.words, edit.words) >= ALIKE for example in mode.examples}
    return [r for r in failed if r.example.id in who]


def in_vain(name: str, text: str, modes: Sequence[FailureMode], failed: Sequence[Rollout]) -> list[Part]:
    """The sentences of a text that failing rows ask for all the same: something else may stand in their way."""
    said = [Edit(at, new=piece.strip()) for at, piece in enumerate(pieces(text))]
    return [Part(name, edit, rows) for edit in said if (rows := _asking(edit, modes, failed))]


def composed(problem: Problem, some: Sequence[Part], texts: Mapping[str, str]) -> Move:
    """These edits alone; not of a text that they would leave unusable."""
    edits = {name: [p.edit for p in some if p.name == name] for name in dict.fromkeys(p.name for p in some)}
    new = {name: applied(texts[name], made) for name, made in edits.items()}
    usable = {name: text for name, text in new.items() if problem.parameters[name].problem(text) is None}
    return Move(usable, {name: edits[name] for name in usable})
