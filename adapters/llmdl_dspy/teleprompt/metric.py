"""The score of a run, as teleprompters ask for it: the run has it already."""

from __future__ import annotations

from typing import Any

import dspy

from llmdl_plugins.errors import MisuseError


def metric(example: Any, prediction: Any, trace: Any = None) -> float:
    """From 0 to 1."""
    return float(_outcome(prediction).score)


def metric_with_words(
    gold: Any, prediction: Any, trace: Any = None, pred_name: str | None = None, pred_trace: Any = None
) -> Any:
    """The score, and what is wrong in words."""
    outcome = _outcome(prediction)
    return dspy.Prediction(score=float(outcome.score), feedback=outcome.words or "The result is right.")


def _outcome(prediction: Any) -> Any:
    found = getattr(prediction, "_outcome", None)
    if found is None:
        raise MisuseError("An optimizer of DSPy asks for the score of something that no run of the network gave.")
    return found
