"""The predictors of a program, each with the tools that it is told of."""

from __future__ import annotations

import dspy

from llmdl_dspy.predictor import Predictor
from llmdl_dspy.tools import Described, described, takes_tools, tools_of


def predictors_of(module: dspy.Module) -> list[Predictor]:
    """In the order in which DSPy names them."""
    named_predicts = module.named_predictors()
    tools = [(path, described(tool)) for path, tool in tools_of(module)]
    return [Predictor(name, predict, *_its(predict, tools), _why_frozen(predict)) for name, predict in named_predicts]


def _its(predict: dspy.Predict, tools: list[tuple[str, Described]]) -> tuple[list[Described], list[Described]]:
    """The tools that are written into a predictor's instructions, and those that it may be given."""
    written = [one for _, one in tools if one.text(one.parameter.default) in predict.signature.instructions]
    return written, [one for _, one in tools if takes_tools(predict.signature)]


def _why_frozen(predict: dspy.Predict) -> str:
    own = type(predict).forward
    return "" if own is dspy.Predict.forward else f"{type(predict).__name__} answers in a forward of its own"
