"""The model that a predictor asks: one has to be set, and to be one of DSPy's."""

from __future__ import annotations

from typing import Any

import dspy

from llmdl_plugins.errors import MisuseError


def check(name: str, lm: Any) -> None:
    """Look at the model of a predictor before it is asked.

    Args:
        name: of the predictor.

    Raises:
        MisuseError: none is set, or what is set is none of DSPy's.
    """
    if type(lm) is dspy.LM:
        return
    if not lm:
        raise MisuseError(
            f"No LM is set for {name}: dspy.configure(lm=dspy.LM(…)), or program.set_lm(…), where the program is made."
        )
    if isinstance(lm, str):
        raise MisuseError(f"The LM of {name} is the text {lm!r}: set the model dspy.LM({lm!r}).")
    if not isinstance(lm, dspy.BaseLM) and not getattr(lm, "supports_decision_requests", False):
        raise MisuseError(
            f"The LM of {name} is a {type(lm).__name__}, and DSPy asks a dspy.LM: a LangChain chat model is one as "
            "llmdl_dspy.as_lm(model)."
        )
