"""The model and the options of a predictor as choices: nothing is chosen between until the user offers alternatives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dspy
from langchain_core.language_models import BaseChatModel

from llmdl_dspy.engine import as_lm
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.run.models import chat_model

AS_WRITTEN = "as written"
MODEL = "model"
_DRAWN = ("rollout_id", "temperature")  # what BestOfN and Refine set in the model of a copy


@dataclass(frozen=True, eq=False)
class Offer:
    """A choice for every call of a predictor.

    Args:
        option: "model", or a key of the predictor's `config`.
        parameter: which alternative is in force.
        models: name → model, where models are offered.
    """

    option: str
    parameter: Parameter
    models: Mapping[str, dspy.LM]

    def chosen(self, caller: dspy.Predict) -> dict[str, Any]:
        """What a call is given instead, if anything is."""
        value = self.parameter.value
        if value == AS_WRITTEN:
            return {}
        if self.option != MODEL:
            return {"config": {self.option: value}}
        drawn = caller.lm.kwargs if caller.lm is not None and caller.lm.kwargs.get("rollout_id") is not None else {}
        again = {name: drawn[name] for name in _DRAWN if name in drawn}
        return {"lm": self.models[value].copy(**again) if again else self.models[value]}


def offer(name: str, option: str, alternatives: Any) -> Offer:
    """A choice by the name of its parameter.

    Args:
        name: of the parameter, for what is wrong with it.
        option: "model", or a key of the predictor's `config`.
        alternatives: name → `dspy.LM`, chat model or `provider:name`; of an option, its values.

    Raises:
        MisuseError: there are no alternatives, or one is no model.
    """
    models = _models(name, alternatives) if option == MODEL else {}
    is_list = isinstance(alternatives, Sequence) and not isinstance(alternatives, str)
    if option != MODEL and not (is_list and alternatives):
        raise MisuseError(f"{name}: give the values to choose from, such as [0.0, 0.7].")
    options = [AS_WRITTEN, *(models or alternatives)]
    return Offer(option, Parameter(AS_WRITTEN, kind="choice", role=f"{option} of the calls", options=options), models)


def _models(name: str, alternatives: Any) -> dict[str, dspy.LM]:
    if not isinstance(alternatives, Mapping) or not alternatives or AS_WRITTEN in alternatives:
        raise MisuseError(f"{name}: give models by names of your own, such as {{'small': 'openai:gpt-5-mini'}}.")
    return {said: _lm(name, model) for said, model in alternatives.items()}


def _lm(name: str, model: Any) -> dspy.LM:
    if isinstance(model, dspy.BaseLM):
        return model
    if not isinstance(made := chat_model(model), BaseChatModel):
        raise MisuseError(f"{name}: {type(model).__name__} is no model: give a dspy.LM or a chat model.")
    return as_lm(made)
