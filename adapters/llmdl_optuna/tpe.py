"""Tree-structured Parzen estimators: which options stand in good architectures more often than in others."""

from __future__ import annotations

import random
import warnings
from typing import Any

import optuna

from llmdl_plugins.run.space import Architecture, Space
from llmdl_plugins.searches.race import Race, halved, ladder
from llmdl_plugins.searches.search import RUNS, Search

_PATIENCE = 50
_FINALISTS = 8


class Tpe(Search):
    """Optuna's multivariate sampler asks, a run on some rows tells; the best of all are raced on more rows at last.

    It asks for the same architecture again and again: then that one is run on more rows.  Choices that don't count are
    not asked for.

    Args:
        rows: train rows of an architecture.
        last: share of the allowance that is kept for the race.

    Source: Bergstra et al., 2011; multivariate: Falkner et al., 2018.
    """

    name = "tpe"

    def __init__(self, runs: int = RUNS, rows: int = 50, last: float = 0.25) -> None:
        super().__init__(runs)
        self.rows, self.last = rows, last

    async def explored(self, race: Race) -> list[Architecture]:
        """The best first."""
        study, idle, rows = _study(race.draw), 0, race.affordable(self.rows)
        await race.run(race.space.seeds(), rows)
        study.add_trials([_told(race.space, one, race.worth(one)) for one in race.seen])
        while race.allowance.used < 1 - self.last and idle < _PATIENCE:
            trial = study.ask()
            asked, taken = _asked(trial, race.space), race.allowance.taken
            if not await race.run([asked], rows * (1 + race.depth(asked) // rows)):
                break
            study.tell(trial, race.worth(asked))
            idle = 0 if race.allowance.taken > taken else idle + 1
        best = race.ranked(race.seen)
        if not self.last:
            return best
        rungs = [n for n in ladder(rows, len(race.rows)) if n > rows]
        return [*await halved(race, best[:_FINALISTS], rungs), *best[_FINALISTS:]]


def _study(draw: random.Random) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)  # both are called experimental
        sampler = optuna.samplers.TPESampler(seed=draw.getrandbits(31), multivariate=True, group=True)
    return optuna.create_study(direction="maximize", sampler=sampler)


def _asked(trial: optuna.Trial, space: Space) -> Architecture:
    """The architecture that a trial is: of each choice that counts the number of an option."""
    values = dict(space.start)
    for name in space.ordered:
        if space.counts(name, values):
            options = space.options[name]
            values[name] = options[trial.suggest_categorical(name, list(range(len(options))))]
    return space.of(values)


def _told(space: Space, architecture: Architecture, worth: float) -> optuna.trial.FrozenTrial:
    """An architecture that nobody asked for, as a trial."""
    pairs = [(name, n) for name, n in zip(space.names, architecture, strict=True) if n >= 0]
    spaces: dict[str, Any] = {
        n: optuna.distributions.CategoricalDistribution(range(len(space.options[n]))) for n, _ in pairs
    }
    return optuna.trial.create_trial(params=dict(pairs), distributions=spaces, value=worth)
