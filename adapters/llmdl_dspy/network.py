"""A DSPy program as a network."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dspy

from llmdl_dspy.architecture import drawn, offered, predictor, varied
from llmdl_dspy.chat import DspyChat
from llmdl_dspy.concerns import concerns
from llmdl_dspy.export import left_out
from llmdl_dspy.forms import FORMS, in_form, is_written
from llmdl_dspy.keys import needs
from llmdl_dspy.layer import Layer
from llmdl_dspy.metrics import Metric, is_dspys
from llmdl_dspy.program import Program, as_state
from llmdl_dspy.standalone import standing
from llmdl_dspy.verifying import loaded, verify
from llmdl_plugins import sync
from llmdl_plugins.binding import using
from llmdl_plugins.checks import Verification
from llmdl_plugins.data import Example
from llmdl_plugins.drawing import mermaid, svg
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layered import layer_parameters
from llmdl_plugins.losses.loss import Loss
from llmdl_plugins.network import Network
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import digest


class DspyNetwork(Network):
    """A program of the user with its instructions, demonstrations and descriptions as parameters.

    With nothing changed and outside a training run, it is the program itself that runs.

    Args:
        program: the program.
    """

    exports = ("dspy", "program", "module", "weights")

    def __init__(self, program: Program) -> None:
        known = program.parameters()
        super().__init__(program.name, {**known, **layer_parameters(program.layers, known)})
        self.program, self.layers, self._needs = program, program.layers, needs(program.module)

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
        """What the program answers, its fields as a state.

        Raises:
            MisuseError: the row has other inputs than the program takes.
        """
        if missing := self._needs - row.inputs.keys():
            self._refuse(row, missing)
        return [as_state(answer) for answer in await super().play(row)]

    def concerns(self) -> list[str]:
        """What the program keeps in itself from one row to the next, and where it reads a history of calls."""
        return concerns(self.program.module)

    def _refuse(self, row: Example, missing: frozenset[str]) -> None:
        """Look whether a row calls what is missing by another name: DSPy itself asks without it, and warns."""
        if others := sorted(row.inputs.keys() - self._needs):
            raise MisuseError(
                f"Row {row.id!r} gives {' and '.join(others)}, and {self.name} takes {' and '.join(sorted(missing))}: "
                "name the inputs of rows as the program does."
            )

    def export(self, form: str, values: Mapping[str, Any] | None = None) -> Any:
        """The program with these values, in the form asked for.

        Args:
            form: "dspy" (what `save` of the program writes, as JSON), "program" (a `dspy.Module`), "module" (file name
                → text of a folder that runs beside the user's modules, with the layers that were chosen), or "weights"
                (JSON values).
            values: name → value; what is in force, by default.  Of those that the JSON of DSPy has no place for, a
                warning tells.

        Raises:
            MisuseError: layers were chosen, which "dspy" can't hold; or the program or one of them has no plain form.
        """
        if form not in FORMS:
            return super().export(form, values)
        chosen = self.changed(values)
        with using(self.checked(chosen)):
            made, written = in_form(self.program, form), is_written(self.program, form)
        for name in chosen if written else ():
            if why := self.unexportable(name):
                warnings.warn(f"{name} is not in what is exported: {why}", stacklevel=2)
        return made

    def loss(self, function: Callable[..., Any]) -> Loss:
        """A metric as DSPy's are written, (example, prediction, trace), or a function of (prediction, gold)."""
        return Metric(function) if is_dspys(function) else super().loss(function)

    def verify(self, probes: Sequence[Any], values: Mapping[str, Any] | None = None) -> Verification:
        """Run probes with these values, then on the exported program, and compare all messages and settings.

        Args:
            probes: inputs.  Models are asked once for each, or not at all inside a run that remembers their answers;
                the exported program is given the same answers.  Code and tools run for real, both times.
            values: name → value; what is in force, by default.

        Raises:
            MisuseError: a probe raises.
        """
        chosen = self.checked(self.changed(values))
        with self.under(chosen):
            if standing(self.program):
                exported = self.export("program")
            else:
                exported = loaded(self.program.module.deepcopy(), self.export("dspy"))
            return sync.run(verify(self, exported, probes))

    def unexportable(self, name: str) -> str | None:
        """Why a change of a parameter could not be handed over as DSPy's JSON; None where it could."""
        return left_out(self.program).get(self[name])

    def offer(self, name: str, alternatives: Any) -> Parameter:
        """Let a predictor's model, or an option of its calls, be chosen; what was offered before is offered anew.

        Args:
            name: `predictor/model`, or `predictor/` and a key of its `config`, such as `answer/temperature`.
            alternatives: name → `dspy.LM`, chat model or `provider:name`; of an option, the values to choose from.

        Raises:
            MisuseError: no such predictor, the name of another parameter, or nothing that could be chosen.
        """
        return self._with(name, offered(self.program, name, alternatives, self._parameters).parameter)

    def variant(self, wrap: Mapping[str, Any] | None = None, replace: Mapping[str, Any] | None = None) -> DspyNetwork:
        """Another network, in which layers stand for predictors; this one and the program stay as they are.

        Args:
            wrap: predictor → a function that takes it as a layer and returns the layer that stands for it.
            replace: predictor → the layer, or the `dspy.Module`, that stands for it.

        Raises:
            MisuseError: there is no such predictor, or what would stand for it gives none of its outputs.
        """
        made = type(self)(varied(self.program, wrap or {}, replace or {}))
        made._loaded, made.safe_tools = dict(self._loaded), self.safe_tools
        return made

    def layer(self) -> Layer:
        """The program as a layer, for containers."""
        return Layer(self.program.module)

    def keys(self, node: str) -> list[str]:
        """The inputs of a predictor."""
        return list(predictor(self.program, node).signature.input_fields)

    def model(self, node: str) -> Any:
        """The model that a predictor asks, as a chat model; None where none is set, here and now."""
        lm = predictor(self.program, node).predict.lm or dspy.settings.lm
        return None if lm is None else DspyChat(lm=lm)

    def draw(self, form: str = "mermaid") -> str:
        """Its predictors, with the layers at their places and the values in force: "mermaid" or "svg"."""
        if form not in ("mermaid", "svg"):
            return super().draw(form)
        with using(self.values()):
            box = drawn(self.program)
        return mermaid.mermaid(box) if form == "mermaid" else svg.nested(box)

    def nodes(self) -> list[str]:
        """Its predictors."""
        return [p.name for p in self.program.predictors]
