"""A DSPy program as a network."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from llmdl_dspy.export import NO_TOOLS, as_program, left_out
from llmdl_dspy.export import as_state as exported_state
from llmdl_dspy.program import Program, as_state
from llmdl_plugins.data import Example
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.network import Network
from llmdl_plugins.plain import digest


class DspyNetwork(Network):
    """A program of the user with its instructions, demonstrations and descriptions as parameters.

    With nothing changed and outside a training run, it is the program itself that runs.

    Args:
        program: the program.
    """

    exports = ("dspy", "program", "weights")

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

    def export(self, form: str, values: Mapping[str, Any] | None = None) -> Any:
        """The program with these values, in the form asked for.

        Args:
            form: "dspy" (what `save` of the program writes, as JSON), "program" (a `dspy.Module`), or "weights" (JSON
                values).
            values: name → value; what is in force, by default.  Of those that the JSON of DSPy has no place for, a
                warning tells.
        """
        if form not in ("dspy", "program"):
            return super().export(form, values)
        chosen = self.changed(values)
        copy = as_program(self.program, self.checked(chosen))
        if form == "program":
            return copy
        for name in chosen:
            if why := self.unexportable(name):
                warnings.warn(f"{name} is not in what is exported: {why}", stacklevel=2)
        return exported_state(copy)

    def unexportable(self, name: str) -> str | None:
        """Why a change of a parameter could not be handed over as DSPy's JSON; None where it could."""
        return NO_TOOLS if self[name] in left_out(self.program) else None

    def nodes(self) -> list[str]:
        """Its predictors."""
        return [p.name for p in self.program.predictors]
