"""A trained program as DSPy has it: a plain `dspy.Module`, and the JSON that its `save` writes."""

from __future__ import annotations

from typing import Any

import dspy

from llmdl_dspy.compat import versions
from llmdl_dspy.program import Program
from llmdl_dspy.tools import with_descriptions
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.parameter import Parameter

NO_TOOLS = "DSPy's JSON holds no descriptions of tools: write it where the tool is made"
NO_OPTIONS = "DSPy's JSON holds no options of predictors: write it where the predictor is made"


def as_program(program: Program) -> dspy.Module:
    """A copy of the user's program with the values in force in it; the user's stays as it is.

    Source of the copy: `Module.deepcopy`, so what can't be copied is shared.
    """
    copy = program.module.deepcopy()
    for name, predict in copy.named_predictors():
        (known,) = [one for one in program.predictors if one.name == name]
        predict.signature = known.bound(predict.signature)
        if (shown := known.changed_demos()) is not None:
            predict.demos = [dspy.Example(**demo) for demo in shown]
        chosen = known.chosen(predict, {})
        predict.lm, predict.config = chosen.get("lm", predict.lm), {**predict.config, **chosen.get("config", {})}
    with_descriptions(copy, [tool for one in program.predictors for tool in one.described()])
    return copy


def as_state(program: dspy.Module) -> dict[str, Any]:
    """What `program.save("x.json")` writes.

    Raises:
        MisuseError: DSPy itself can't write it.
    """
    try:
        state = program.dump_state()
    except Exception as error:
        raise MisuseError(
            f"DSPy can't write the state of {type(program).__name__} ({type(error).__name__}: {error}): "
            "take export('program'), or export('weights')."
        ) from error
    return {**state, "metadata": {"dependency_versions": versions()}}


def left_out(program: Program) -> dict[Parameter, str]:
    """The parameters that DSPy's JSON has no place for, and why: options, tools that stand in no instructions."""
    written = {tool.parameter for one in program.predictors for tool in one.tools.values()}
    every = {tool.parameter for one in program.predictors for tool in one.described()}
    offered = [offer.parameter for one in program.predictors for offer in one.offers.values()]
    return dict.fromkeys(every - written, NO_TOOLS) | dict.fromkeys(offered, NO_OPTIONS)
