"""The predictors of a program, each with the tools that it is told of."""

from __future__ import annotations

import inspect

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
    is_predicts = all(_goes_on(type(predict), name) for name in ("forward", "aforward"))
    return "" if is_predicts else f"{type(predict).__name__} answers in a forward of its own"


def _goes_on(kind: type[dspy.Predict], name: str) -> bool:
    """Whether a method is that of `dspy.Predict`, or calls it: `super().forward(…)`, where its call is met."""
    own, predicts = (inspect.unwrap(getattr(one, name)) for one in (kind, dspy.Predict))
    if own is predicts:
        return True
    code = getattr(own, "__code__", None)
    return (
        code is not None
        and name in code.co_names
        and bool({"__class__", "Predict"} & {*code.co_freevars, *code.co_names})
    )
