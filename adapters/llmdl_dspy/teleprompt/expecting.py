"""What a teleprompter is likely to take, as its loops in DSPy are written; `--dry-run` asks.

Runs that are asked for twice are made once, so what is likely is less than what the loops count.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log2
from typing import Any

from llmdl_plugins.run.optimizer import NOTHING
from llmdl_plugins.run.work import Range, Size, Work

_CANDIDATES: Mapping[str, int] = {"light": 6, "medium": 12, "heavy": 18}  # of an `auto` of MIPROv2 and GEPA
_MINIBATCH = 35


def one_proposal(size: Size, runs: Range = NOTHING, teacher: Range = NOTHING) -> Work:
    """Runs of its own, and the screen of what it ends with."""
    return Work(runs.plus(Range(0, 1.2 * size.val, 2.0 * size.val)), teacher)


def bootstrapped(size: Size, rows: float, demos: float) -> Range:
    """Rows that are run until so many went right."""
    return Range(min(rows, demos), min(rows, demos / max(1 - size.wrong, 0.05)), rows)


def tried(size: Size, sets: float) -> Range:
    """Sets of values, each on the half of the rows that is the validation set."""
    rows = size.train / 2
    return Range(rows, 0.6 * sets * rows, sets * rows)


def searched(size: Size, options: Mapping[str, Any]) -> Range:
    """A random search over sets of examples: so many, without examples, with rows, and in their order."""
    rows, most = size.train / 2, options.get("max_bootstrapped_demos", 4)
    return bootstrapped(size, rows, most).plus(tried(size, options.get("num_candidate_programs", 16) + 3.0))


def trials(size: Size, candidates: int) -> float:
    """Steps that `auto` takes, for instructions and examples of each node."""
    return max(4 * size.parameters * log2(candidates), 1.5 * candidates)


def proposed(size: Size, options: Mapping[str, Any]) -> Work:
    """MIPROv2: examples, instructions, and trials of both together."""
    auto = options.get("auto", "light")
    candidates = _CANDIDATES.get(auto) or options.get("num_candidates") or 0
    steps = trials(size, candidates) if auto else options.get("num_trials") or 0.0
    asked = candidates * size.parameters + 3.0
    runs = bootstrapped(size, size.train / 2, 4.0).plus(tried(size, steps + 1))
    return one_proposal(size, runs, Range(asked / 2, asked / 2 + 2, 2 * asked))


def reflected(size: Size, options: Mapping[str, Any]) -> tuple[Range, Range]:
    """GEPA: runs, and calls of its teacher."""
    most, few = float(_metric_calls(size, options)), options.get("reflection_minibatch_size", 3)
    return Range(size.train / 2, 0.4 * most, most), Range(0, most / 20, most / few)


def _metric_calls(size: Size, options: Mapping[str, Any]) -> float:
    if calls := options.get("max_metric_calls"):
        return float(calls)
    if times := options.get("max_full_evals"):
        return float(times) * size.train
    candidates, rows = _CANDIDATES.get(options.get("auto", "light"), 6), size.train / 2
    steps = trials(size, candidates)
    return rows + 5 * candidates + _MINIBATCH * steps + (steps // 5 + 2) * rows
