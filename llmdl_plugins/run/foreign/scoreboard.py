"""The scores of every candidate that was run: what is best so far outlives a budget that ends the optimizer."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from statistics import fmean

from llmdl_plugins.data import Example
from llmdl_plugins.run.foreign.candidate import Candidate

LEAST = 8


@dataclass
class Scoreboard:
    """Candidates by their key, with the scores of each row."""

    _tried: dict[str, tuple[Candidate, dict[str, list[float]]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, candidate: Candidate, row: Example, score: float) -> None:
        """A candidate was run on a row."""
        with self._lock:
            _, scores = self._tried.setdefault(candidate.key, (candidate, {}))
            scores.setdefault(row.id, []).append(score)

    def best(self) -> Candidate | None:
        """The candidate with the best mean over rows, of those that were run on enough; of equals the most run."""
        tried = [(c, [fmean(s) for s in scores.values()]) for c, scores in self._tried.values() if c.values]
        enough = [(fmean(means), len(means), c) for c, means in tried if len(means) >= LEAST]
        return max(enough, key=lambda one: one[:2], default=(0, 0, None))[2]
