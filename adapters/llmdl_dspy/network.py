"""A DSPy program as a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dspy

from llmdl_dspy.program import Program, as_state
from llmdl_plugins.data import Example
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.network import Network
from llmdl_plugins.plain import digest


def adapt(obj: Any, probes: Sequence[Any] = (), **kwargs: Any) -> DspyNetwork | None:
    """A `dspy.Module` as a network; None for what is none.

    Args:
        obj: the program.
        probes: not needed: a program tells what its predictors send.

    Raises:
        TargetError: it has no predictors.
    """
    return DspyNetwork(Program(obj)) if isinstance(obj, dspy.Module) else None


class DspyNetwork(Network):
    """A program of the user with its instructions, demonstrations and descriptions as parameters.

    With nothing changed and outside a training run, it is the program itself that runs.

    Args:
        program: the program.
    """

    def __init__(self, program: Program) -> None:
        super().__init__(program.name, program.parameters())
        self.program = program

    @property
    def fingerprint(self) -> str:
        """A hash of the untouched program: its parameters, and its signatures with their types."""
        return digest(super().fingerprint, {p.name: repr(p.signature) for p in self.program.predictors})

    async def forward(self, inputs: Any, config: Any = None) -> Any:
        """What the program answers."""
        if not isinstance(inputs, Mapping):
            raise MisuseError(f"A DSPy program takes inputs by name, and was given a {type(inputs).__name__}.")
        return await self.program.answer(inputs)

    async def play(self, row: Example) -> list[Any]:
        """What the program answers, its fields as a state."""
        return [as_state(answer) for answer in await super().play(row)]

    def nodes(self) -> list[str]:
        """Its predictors."""
        return [p.name for p in self.program.predictors]
