"""Long prompts: many sentences that no row has spoken for are left out at once, where one alone tells nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import reduce

from llmdl_plugins.optimizers.edits import pieces, without
from llmdl_plugins.optimizers.moves import Move, move
from llmdl_plugins.optimizers.trials import Batch, Trial, everywhere, tried
from llmdl_plugins.run.problem import Problem

_MANY = 6


async def pruned(
    problem: Problem, texts: Mapping[str, str], proven: Collection[str], batch: Batch, known: Callable[[Move], bool]
) -> list[Trial]:
    """The best of a few shorter prompts, on all train rows: a sentence that goes may be needed by few.

    Args:
        texts: in force by name.
        proven: sentences that repaired a row, which stay.
        known: whether a move was tried before.
    """
    moves = [one for name, text in texts.items() for one in _shorter(problem, name, text, proven) if not known(one)]
    tries = [await tried(problem, one, batch, batch.few) for one in moves]
    best = max(tries, key=lambda trial: trial.gain, default=None)
    return [await everywhere(problem, best.move, batch)] if best is not None and best.gain > 0 else []


def _shorter(problem: Problem, name: str, text: str, proven: Collection[str]) -> Iterator[Move]:
    """Without all that is not proven, and without either half of it; the first sentence says what is to be done."""
    usable, rest = problem.parameters[name].problem, [piece.strip() for piece in pieces(text)[1:]]
    idle = [one for one in rest if one not in proven and usable(without(text, one)) is None]
    if len(idle) >= _MANY:
        half = len(idle) // 2
        for gone in (idle, idle[:half], idle[half:]):
            left = reduce(without, gone, text)
            if usable(left) is None:
                yield move({name: text}, {name: left})
