"""The door of DSPy: inside a run every call of a `dspy.LM` is met, from the first import of DSPy on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import ModuleType

from llmdl_dspy import supported
from llmdl_plugins.door.arriving import Method, replacing


def dspy() -> AbstractContextManager[None]:
    """Calls of `dspy.LM` with any engine, of subclasses with a `forward` of their own, whole or streamed."""
    return replacing("dspy", _methods)


def _methods(module: ModuleType) -> Sequence[Method]:
    supported.check()
    from llmdl_dspy import (
        configured,
        formatted,
        meeting,
        modules,
        pools,
        predicting,
        requested,
        retrievals,
        tool_uses,
        ways,
    )

    rooms = (meeting, modules, predicting, configured, pools, formatted, requested, ways, tool_uses, retrievals)
    return [method for room in rooms for method in room.methods()]
