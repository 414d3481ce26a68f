"""Arms: the same feedback withheld, shared or shuffled, at equal calls, to measure whether its words are what helps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

from llmdl_plugins.errors import UnknownNameError, did_you_mean
from llmdl_plugins.run.feedback import Feedback

Arm = Literal["own", "shared", "shuffled", "blind"]


def checked(arm: str) -> str:
    """The name of an arm.

    Raises:
        UnknownNameError: there is none of that name.
    """
    if arm not in get_args(Arm):
        raise UnknownNameError(f"No feedback {arm!r}.{did_you_mean(arm, get_args(Arm))}")
    return arm


def given(arm: str, found: Sequence[Feedback]) -> list[Feedback]:
    """What an optimizer gets to read of the feedback that was found.

    Args:
        arm: "own": as it is; "shared": each parameter gets what was said about all; "shuffled": each gets what was said
            about another parameter, or, where there is but one, about another example; "blind": that it was wrong.
    """
    parameters = list(dict.fromkeys(f.parameter for f in found))
    match arm:
        case "shared":
            return [replace(f, parameter=p) for p in parameters for f in found]
        case "shuffled":
            if len(parameters) > 1:
                after = dict(zip(parameters, parameters[1:] + parameters[:1], strict=True))
                return [replace(f, parameter=after[f.parameter]) for f in found]
            return [replace(f, words=found[n - 1].words) for n, f in enumerate(found)]
        case "blind":
            examples = dict.fromkeys(f.example for f in found)
            return [Feedback(p, e, "The final result was wrong.") for p in parameters for e in examples]
    return list(found)
