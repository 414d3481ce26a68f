"""Takes a DSPy program where DSPy is a version that is supported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from llmdl_dspy import supported

if TYPE_CHECKING:
    from llmdl_dspy.network import DspyNetwork


def adapt(obj: Any, probes: Sequence[Any] = (), **kwargs: Any) -> DspyNetwork | None:
    """A `dspy.Module` as a network; None for what is none.

    Args:
        obj: the program.
        probes: not needed: a program tells what its predictors send.

    Raises:
        MisuseError: DSPy is another version.
        TargetError: the program has no predictors.
    """
    import dspy

    if not isinstance(obj, dspy.Module):
        return None
    supported.check()
    from llmdl_dspy.network import DspyNetwork
    from llmdl_dspy.program import Program

    return DspyNetwork(Program(obj))
