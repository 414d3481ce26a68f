"""What stands at the predictors of a program, and what is offered there to be chosen."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from llmdl_dspy.offers import Offer, offer
from llmdl_dspy.placed import PredictorLayer, check_writes
from llmdl_dspy.predictor import Predictor
from llmdl_dspy.program import Program
from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.drawing.outline import Box, outline
from llmdl_plugins.errors import MisuseError, did_you_mean
from llmdl_plugins.module import Module


def predictor(program: Program, node: str, said: str = "No predictor {!r}.") -> Predictor:
    """The predictor of this name.

    Raises:
        MisuseError: there is none.
    """
    known = {one.name: one for one in program.predictors}
    if node not in known:
        raise MisuseError(said.format(node) + did_you_mean(node, known))
    return known[node]


def layer_at(program: Program, node: str) -> Module:
    """The layer that stands for a predictor, or the predictor as one."""
    return program.layers.get(node) or PredictorLayer(predictor(program, node))


def varied(program: Program, wrap: Mapping[str, Any], replace: Mapping[str, Any]) -> Program:
    """The program, in which layers stand for predictors.

    Args:
        wrap: predictor → a function that takes it as a layer and returns the layer that stands for it.
        replace: predictor → the layer, or the `dspy.Module`, that stands for it.

    Raises:
        MisuseError: there is no such predictor, or what would stand for it gives none of its outputs.
    """
    known = {node: predictor(program, node) for node in (*wrap, *replace)}
    layers = {node: make(layer_at(program, node)) for node, make in wrap.items()}
    layers |= {node: as_layer(f"Predictor {node!r}", one) for node, one in replace.items()}
    for node, layer in layers.items():
        check_writes(known[node], layer)
    return program.with_layers(layers)


def offered(program: Program, name: str, alternatives: Any, taken: Container[str]) -> Offer:
    """A choice for the calls of a predictor, which is offered from here on.

    Args:
        name: `predictor/model`, or `predictor/` and a key of its `config`.
        taken: names of parameters, with those of choices that were offered before.

    Raises:
        MisuseError: no such predictor, the name of another parameter, or nothing that could be chosen.
    """
    node, _, option = name.rpartition("/")
    at = predictor(program, node, f"{name!r} begins with no predictor.")
    if name in taken and option not in at.offers:
        raise MisuseError(f"{name!r} is the name of another parameter of this network.")
    made = at.offers[option] = offer(name, option, alternatives)
    return made


def drawn(program: Program) -> Box:
    """The predictors, with the layers at their places and the values in force."""
    names = [one.name for one in program.predictors]
    inside = [outline(layer_at(program, node), node if node in program.layers else "") for node in names]
    return Box(program.name, (), tuple(inside))
