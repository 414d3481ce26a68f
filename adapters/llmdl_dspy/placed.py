"""Layers at the place of a predictor: they are given its inputs, and what they write is its prediction."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple

import dspy
from langchain_core.runnables import RunnableConfig

from llmdl_dspy.predictor import Predictor
from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.containers.optional import Optional
from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.holding import holding
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter


class Standing(NamedTuple):
    """The call of a predictor that a layer stands for.

    Args:
        caller: the predictor, or the copy of it that the program calls.
        more: what it is called with beside its inputs.
        is_async: how the program calls it.
        inside: whether the layer now calls it itself.
    """

    caller: dspy.Predict
    more: Mapping[str, Any]
    is_async: bool
    inside: bool = False


_standing: ContextVar[Standing | None] = ContextVar("llmdl_dspy_standing", default=None)


class _Update(dict[str, Any]):
    """The fields of a prediction, and the prediction."""

    def __init__(self, prediction: Any) -> None:
        super().__init__(prediction.items())
        self.prediction = prediction


class PredictorLayer(Module):
    """state[inputs] → predictor → its outputs; calls: its `n`, twice where its adapter asks again for JSON.

    Args:
        predictor: of the program.
    """

    def __init__(self, predictor: Predictor) -> None:
        self.predictor, self.name = predictor, predictor.name
        self.reads, self.writes = tuple(predictor.signature.input_fields), tuple(predictor.signature.output_fields)

    def named_parameters(self) -> dict[str, Parameter]:
        """Those of the predictor."""
        begin = f"{self.predictor.name}/"
        return {name.removeprefix(begin): one for name, one in self.predictor.parameters().items()}

    def calls(self, **sizes: int) -> Calls:
        """As many as it draws."""
        drawn = self.predictor.predict.config.get("n", 1)
        return Calls(drawn, 2 * drawn)

    async def ainvoke(self, input: State, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """Its outputs; the predictor's own step is the step of this layer."""
        return await self.forward(input)

    async def forward(self, state: State) -> Any:
        """Its outputs."""
        if (standing := _standing.get()) is None:
            raise MisuseError(f"{self.name} is a part of a DSPy program and runs where the program calls it.")
        given = {key: value for key, value in state.items() if key in self.predictor.signature.input_fields}
        with holding(_standing, standing._replace(inside=True)):
            if standing.is_async:
                return _Update(await standing.caller.acall(**given, **standing.more))
            return _Update(await asyncio.to_thread(standing.caller, **given, **standing.more))


def check_writes(predictor: Predictor, layer: Module) -> None:
    """Look whether a layer gives what the program goes on with, as far as that is known before it runs.

    Raises:
        MisuseError: it gives nothing of it, or does so where it is chosen or off.
    """
    outputs = list(predictor.signature.output_fields)
    if _is_silent(layer, outputs):
        raise MisuseError(
            f"The program goes on with what its predictor {predictor.name} gives, {' and '.join(outputs)}, and what "
            "would stand there may give none of it: in a program of DSPy a predictor can't be left out."
        )


def _is_silent(layer: Module, outputs: list[str]) -> bool:
    if isinstance(layer, Choice):
        return any(_is_silent(one, outputs) for one in layer.alternatives.values())
    return isinstance(layer, Optional) or (layer.writes is not None and not {*layer.writes} & {*outputs})


def is_inside() -> bool:
    """Whether a layer now calls the predictor that it stands for."""
    return (standing := _standing.get()) is not None and standing.inside


def standing_for(caller: dspy.Predict, more: Mapping[str, Any], is_async: bool) -> holding[Any]:
    """Inside, a layer stands for this call."""
    return holding(_standing, Standing(caller, more, is_async))


def prediction_of(update: Any, caller: dspy.Predict) -> Any:
    """What a layer wrote, as the prediction of the predictor that it stands for.

    Raises:
        MisuseError: it wrote none of its outputs.
    """
    if isinstance(update, _Update):
        return update.prediction
    outputs = [name for name in caller.signature.output_fields if isinstance(update, Mapping) and name in update]
    if not outputs:
        raise MisuseError(
            f"The layer at a predictor has to write {' or '.join(caller.signature.output_fields)}, and wrote "
            f"{sorted(update) if isinstance(update, Mapping) else type(update).__name__}."
        )
    fields = {name: update.get(name) for name in caller.signature.output_fields}
    return dspy.Prediction.from_completions([fields], signature=caller.signature)
