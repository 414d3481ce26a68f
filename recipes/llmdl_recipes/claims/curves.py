"""What a training had reached after how many tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from llmdl_plugins.run.events import Event, ParameterUpdated, StepFinished, Watcher, silent
from llmdl_recipes.claims.measured import Measured

Curve = list[tuple[int, float]]
SHARES = (0.1, 0.25, 0.5, 1.0)


@dataclass
class Climb:
    """A watcher that notes each incumbent's texts, and the tokens that were spent until then."""

    watcher: Watcher = silent
    steps: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)  # proposal, tokens, values
    _tokens: int = 0

    def __call__(self, event: Event) -> None:
        if isinstance(event, StepFinished):
            self._tokens = event.tokens
        if isinstance(event, ParameterUpdated):
            before = self.steps[-1] if self.steps else (0, 0, {})
            if before[0] == event.number:
                self.steps.pop()
            self.steps.append((event.number, self._tokens, {**before[2], event.name: event.after}))
        self.watcher(event)

    @property
    def reached(self) -> list[tuple[int, dict[str, Any]]]:
        """Tokens and values of each incumbent after the first."""
        return [(tokens, values) for _, tokens, values in self.steps]


def reached(curve: Sequence[Sequence[float]], tokens: float) -> float:
    """The score of the incumbent after so many tokens.

    >>> reached([(0, 0.2), (500, 0.6)], 499), reached([(0, 0.2), (500, 0.6)], 500)
    (0.2, 0.6)
    """
    return [score for spent, score in curve if spent <= tokens][-1]


def most_tokens(runs: Iterable[Measured]) -> float:
    """What the longest of these trainings took."""
    return max((one.about["spent"]["tokens"] for one in runs if "curve" in one.about), default=0)


def mean_at(runs: Iterable[Measured]) -> Callable[[float], float]:
    """The mean score of some trainings after so many tokens."""
    curves = [one.about["curve"] for one in runs]
    return lambda tokens: fmean(reached(curve, tokens) for curve in curves)
