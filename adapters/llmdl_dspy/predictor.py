"""A predictor of a program with its texts and demonstrations as parameters, and what a call of it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dspy

from llmdl_dspy import demos
from llmdl_dspy.bound import KEPT, Bound, hidden, with_slots
from llmdl_dspy.offers import Offer
from llmdl_dspy.sent import Arrivals, Messages
from llmdl_dspy.tools import Described, handed
from llmdl_plugins.parameter import Parameter

FIELDS_OFF = "field descriptions are trained where they are unfrozen"
OWN = ("signature", "demos", "config", "lm")


class Predictor:
    """Reads its parameters and gives a call of it what is in force; the `dspy.Predict` itself stays as it is.

    Args:
        name: its path in the program.
        predict: the predictor.
        tools: what DSPy has written about tools into its instructions.
        handed: tools that it may be given as inputs.
        frozen_because: why nothing of it is trained, if so.
    """

    def __init__(
        self,
        name: str,
        predict: dspy.Predict,
        tools: Sequence[Described] = (),
        handed: Sequence[Described] = (),
        frozen_because: str = "",
    ) -> None:
        self.name, self.predict, self.signature = name, predict, predict.signature
        self._own_demos = [*predict.demos]
        self.tools = {str(one.tool.name): one for one in tools}
        self.handed = {id(one.tool): one for one in handed}
        does = f"{', '.join(self.signature.input_fields)} -> {', '.join(self.signature.output_fields)}"
        self.instructions = Parameter(
            with_slots(str(self.signature.instructions), self.tools),
            role=f"instructions of {name}: {does}",
            slots=[*self.tools],
        )
        self.demos = Parameter(
            [demos.as_told(self.signature, demo) for demo in predict.demos],
            kind="demos",
            role=f"worked examples of {name}: {does}",
            checks=[lambda value: demos.problem(self.signature, value)],
            worked=lambda given, made: demos.worked(self.signature, given, made),
        )
        self.fields = {field: self._described(field) for field in self.signature.fields}
        if frozen_because:
            for one in (self.instructions, self.demos, *self.fields.values()):
                one.freeze(frozen_because)
        self.offers: dict[str, Offer] = {}
        self.texts = Bound(name, self.signature, self.instructions, self.tools, self.fields)
        self._shown: dict[int, tuple[Any, list[Any]]] = {}
        self.arrivals = Arrivals(name)

    def _described(self, field: str) -> Parameter:
        desc = self.signature.fields[field].json_schema_extra["desc"] or ""
        role = f"tells the model what the field {field} of {self.name} holds"
        return Parameter(desc, role=role, trainable=False, frozen_because=FIELDS_OFF)

    def parameters(self) -> dict[str, Parameter]:
        """Its parameters by name: `node/instructions`, `node/demos`, `node/field:NAME`, `node/tool:NAME`."""
        tools = {f"tool:{one.tool.name}": one.parameter for one in (*self.tools.values(), *self.handed.values())}
        fields = {f"field:{name}": one for name, one in self.fields.items()}
        offered = {option: one.parameter for option, one in self.offers.items()}
        own = {"instructions": self.instructions, "demos": self.demos, **fields, **tools, **offered}
        return {f"{self.name}/{name}": one for name, one in own.items()}

    def given(self, caller: dspy.Predict, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """What a call of the predictor, or of a copy of it, is given instead.

        Args:
            caller: who is called: the predictor itself or a copy.
            kwargs: what it is called with.

        Raises:
            UnboundCallError: the program brings a signature or demonstrations of its own, which hide the values in
                force.
        """
        found = {name: handed(value, self.handed) for name, value in kwargs.items()} if self.handed else dict(kwargs)
        signature = self.bound(kwargs.get("signature", caller.signature))
        if signature is not caller.signature:
            found["signature"] = signature
        if (shown := self.changed_demos()) is not None:
            if "demos" in kwargs or caller.demos != self._own_demos:
                raise hidden(self.name, "demos")
            found["demos"] = shown
        return {**found, **self.chosen(caller, kwargs)}

    def chosen(self, caller: dspy.Predict, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Model and options of a call, where another one is chosen than is written."""
        found: dict[str, Any] = {}
        for option, one in self.offers.items():
            chosen = one.chosen(caller)
            if "lm" in chosen and "lm" in kwargs:
                raise hidden(self.name, option)
            if "config" in chosen:
                chosen["config"] = {**kwargs.get("config", {}), **found.get("config", {}), **chosen["config"]}
            found |= chosen
        return found

    def models(self) -> list[dspy.LM]:
        """Those that were offered for its calls."""
        return [lm for one in self.offers.values() for lm in one.models.values()]

    def check_astray(self, messages: Messages) -> None:
        """Look at what is sent outside every call of a predictor.

        Raises:
            UnboundCallError: it is this one's to send, and something else is in force.
        """
        if self.texts.is_changed():
            self.arrivals.check_astray(str(self.signature.instructions), messages)

    def changed_demos(self) -> list[Any] | None:
        """The demonstrations in force as DSPy takes them; None where they are the predictor's own."""
        worked = self.demos.value
        if worked is self.demos.default or worked == self.demos.default:
            return None
        return self.shown(worked)

    def described(self) -> list[Described]:
        """The tools that it is told of."""
        return [*self.tools.values(), *self.handed.values()]

    def bound(self, signature: Any) -> Any:
        """A signature with the texts in force: of the predictor, of a copy, or one that the program made of it."""
        return self.texts.of(signature)

    def shown(self, worked: Sequence[Mapping[str, str]]) -> list[Any]:
        """Demonstrations as DSPy takes them; of the same list, the same."""
        known = self._shown.get(id(worked))
        if known is None or known[0] is not worked:
            if len(self._shown) >= KEPT:
                self._shown.clear()
            known = self._shown[id(worked)] = (worked, demos.shown(self.signature, worked))
        return known[1]
