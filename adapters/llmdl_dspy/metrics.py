"""A metric of DSPy as a loss."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import dspy

from llmdl_plugins.data import Example
from llmdl_plugins.errors import LlmdlError, MisuseError
from llmdl_plugins.losses.loss import FunctionLoss, Score, checked

_GIVEN = 2  # the example and the prediction; a trace, a predictor's name and its trace are None, as in `dspy.Evaluate`


class Metric(FunctionLoss):
    """`metric(example, prediction)`, with or without `trace`, `pred_name` and `pred_trace`; also asynchronous.

    It returns a number from 0 to 1, a bool, or `dspy.Prediction(score=…, feedback=…)`, whose words a teacher reads.

    Args:
        metric: a function, or a `dspy.Module` that judges.

    Raises:
        MisuseError: it is none.
    """

    def __init__(self, metric: Callable[..., Any]) -> None:
        if not callable(metric):
            raise MisuseError(f"A metric is a function of (example, prediction), not a {type(metric).__name__}.")
        super().__init__(metric)
        self._more = _asked_for(metric)

    async def __call__(self, prediction: Any, example: Example) -> Score:
        """What the metric says.

        Raises:
            MisuseError: it failed, or what it said is no score.
        """
        gold, answer = as_example(example), _as_prediction(prediction)
        try:
            said = await asyncio.to_thread(self.function, gold, answer, *self._more[0], **self._more[1])
            said = await said if inspect.isawaitable(said) else said
        except LlmdlError:
            raise
        except Exception as error:
            raise MisuseError(
                f"The metric {self.name} failed on row {example.id!r}: {type(error).__name__}: {error}. "
                "A row that can't be scored can't be trained on: mend the metric or the row."
            ) from error
        if said is None:
            raise MisuseError(
                f"The metric {self.name} returned None on row {example.id!r}: return a number, or a bool."
            )
        return checked(said, self.name, example.id)


def is_dspys(function: Callable[..., Any]) -> bool:
    """Whether a function is written as DSPy's metrics are: it begins with the example, or takes a trace, or judges."""
    if isinstance(function, dspy.Module):
        return True
    try:
        names = [*inspect.signature(function).parameters]
    except (TypeError, ValueError):
        return False
    return "trace" in names or names[:1] in (["example"], ["gold"])


def as_example(row: Example) -> Any:
    """A row as DSPy has it, with its inputs marked."""
    labels = row.expected if isinstance(row.expected, Mapping) else {"expected": row.expected}
    return dspy.Example(**{**row.inputs, **labels}).with_inputs(*row.inputs)


def _as_prediction(prediction: Any) -> Any:
    return dspy.Prediction(**prediction) if isinstance(prediction, Mapping) else prediction


def _asked_for(metric: Callable[..., Any]) -> tuple[list[None], dict[str, None]]:
    """None for each argument that a metric must be given beside the example and the prediction.

    Raises:
        MisuseError: it doesn't take these two.
    """
    called = metric.forward if isinstance(metric, dspy.Module) else metric
    try:
        arguments = inspect.signature(called).parameters.values()
    except (TypeError, ValueError):
        return [], {}
    placed = [a for a in arguments if a.kind in (a.POSITIONAL_ONLY, a.POSITIONAL_OR_KEYWORD)]
    if len(placed) < _GIVEN and not any(a.kind is a.VAR_POSITIONAL for a in arguments):
        raise MisuseError(f"A metric takes (example, prediction); this one takes {inspect.signature(called)}.")
    more = [None for a in placed[_GIVEN:] if a.default is a.empty]
    return more, {a.name: None for a in arguments if a.kind is a.KEYWORD_ONLY and a.default is a.empty}
