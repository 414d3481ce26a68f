"""Takes a DSPy program where DSPy is a version that is supported."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import isfunction
from typing import TYPE_CHECKING, Any

from llmdl_dspy import supported
from llmdl_plugins.errors import TargetError

if TYPE_CHECKING:
    from llmdl_dspy.network import DspyNetwork


def adapt(obj: Any, probes: Sequence[Any] = (), **kwargs: Any) -> DspyNetwork | None:
    """A `dspy.Module` as a network; None for what is none.

    Args:
        obj: the program.
        probes: not needed: a program tells what its predictors send.

    Raises:
        MisuseError: DSPy is another version.
        TargetError: the program has no predictors, or it is something else of DSPy.
    """
    import dspy

    if not isinstance(obj, dspy.Module):
        _refuse_parts(obj)
        return None
    supported.check()
    from llmdl_dspy.network import DspyNetwork
    from llmdl_dspy.program import Program

    return DspyNetwork(Program(obj))


def _refuse_parts(obj: Any) -> None:
    """What DSPy itself has made, and is no program: a signature, a model, what `asyncify` and `streamify` make.

    Raises:
        TargetError: it is that.
    """
    import dspy

    if isinstance(obj, type) and issubclass(obj, dspy.Signature):
        raise TargetError(
            f"{obj.__name__} is a signature and no program: give a dspy.Module, such as dspy.Predict(…) of it."
        )
    kind = obj if isfunction(obj) or isinstance(obj, type) else type(obj)
    if str(kind.__module__).startswith("dspy."):
        raise TargetError(
            f"DSPy's {kind.__qualname__.partition('.')[0]} is no program: give a dspy.Module, such as "
            "dspy.Predict(signature), or the one that it was made of."
        )
