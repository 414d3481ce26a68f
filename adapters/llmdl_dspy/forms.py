"""The forms in which a trained program is handed over: DSPy's JSON, a module in this process, or plain code."""

from __future__ import annotations

from typing import Any

from llmdl_dspy.export import as_program, as_state
from llmdl_dspy.program import Program
from llmdl_dspy.standalone import placed, standalone, standing
from llmdl_plugins.errors import MisuseError

FORMS = ("dspy", "program", "module")


def in_form(program: Program, form: str) -> Any:
    """The program with the values in force.

    Args:
        form: one of `FORMS`.

    Raises:
        MisuseError: layers were chosen, which "dspy" can't hold; or the program or one of them has no plain form.
    """
    copy, layers = as_program(program), standing(program)
    if form == "module":
        return standalone(program, copy)
    if form == "program":
        return placed(program, copy) if layers else copy
    if layers:
        raise MisuseError(
            f"Layers at {', '.join(layers)} can't be exported as dspy, DSPy's JSON, which holds texts and examples "
            'alone: take "module", which writes them as plain code.'
        )
    return as_state(copy)


def is_written(program: Program, form: str) -> bool:
    """Whether a form goes by way of DSPy's JSON, which has no place for some values."""
    return form != "program" or bool(standing(program))
