"""Predictors: whether they, and the chat adapter, are as DSPy has written them; what they hold, and what they make."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

import dspy
from dspy.predict import predict
from dspy.primitives.prediction import Completions
from dspy.utils.constants import IS_TYPE_UNDEFINED

from llmdl_dspy.compat.settings import around

CHAT = dspy.ChatAdapter
_CALLED = ("__call__", "acall")
_PREDICTS = ("_forward_preprocess", "_forward_postprocess", "_should_stream")
_HOLDS = ("signature", "demos", "config", "lm", "fields")  # by attributes of its own, not by properties
_WRITES = ("format", "parse", "format_user_message_content")  # by what a chat adapter writes and reads
_HOME = str(Path(dspy.__file__).parent)


def is_untouched() -> bool:
    """Whether models are called, and chat adapters write and read, by what DSPy has written: who traces may wrap it."""
    called = [getattr(kind, name) for kind in (dspy.BaseLM, dspy.Adapter, CHAT) for name in _CALLED]
    written = [getattr(CHAT, name) for name in _WRITES]
    return vars(dspy.LM).keys().isdisjoint(_CALLED) and all(map(is_written, [*called, *written]))


def is_written(method: Any) -> bool:
    """Whether a method is as DSPy has written it."""
    return type(method) is FunctionType and method.__code__.co_filename.startswith(_HOME)


def is_dspys(adapter: Any) -> bool:
    """Whether it is DSPy's chat adapter, and nothing of it was exchanged."""
    return type(adapter) is CHAT and vars(adapter).keys().isdisjoint(_WRITES)


def is_plain(kind: type[dspy.Predict]) -> bool:
    """Whether predictors of this class look at what they are given, and make predictions, as DSPy has written it."""
    if kind is dspy.Predict:
        return True
    own = all(getattr(kind, name) is getattr(dspy.Predict, name) for name in _PREDICTS)
    return own and not any(hasattr(kind, name) for name in _HOLDS)


def held(predict: dspy.Predict) -> dict[str, Any]:
    """What a predictor holds; its own way to it looks each time who asks."""
    found: dict[str, Any] = object.__getattribute__(predict, "__dict__")
    return found


def kinds_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The types of inputs; None for one of which none was written."""
    return {
        name: None if one.json_schema_extra.get(IS_TYPE_UNDEFINED) else one.annotation for name, one in fields.items()
    }


def is_of(value: Any, kind: Any) -> bool:
    """Whether DSPy says nothing of a value where this type is written."""
    return bool(predict._is_value_compatible_with_type(value, kind))


def predicted(completions: list[dict[str, Any]], signature: Any) -> dspy.Prediction:
    """The prediction of completions, nearly always one."""
    if len(completions) != 1:
        return dspy.Prediction.from_completions(completions, signature=signature)
    (fields,) = completions
    all_of_them, made = object.__new__(Completions), object.__new__(dspy.Prediction)
    vars(all_of_them).update(signature=signature, _completions={name: [value] for name, value in fields.items()})
    vars(made).update(_store=dict(fields), _completions=all_of_them, _lm_usage=None)
    return made


def trace(predict: dspy.Predict, inputs: Mapping[str, Any], prediction: dspy.Prediction) -> None:
    """Note a prediction in DSPy's trace, where it is written."""
    settings = around()
    here, most = settings["trace"], settings["max_trace_size"]
    if here is not None and most > 0:
        if len(here) >= most:
            here.pop(0)
        here.append((predict, {**inputs}, prediction))
