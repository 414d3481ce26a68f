"""The signature of a predictor with the texts in force in it; those of the program stay as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakSet

from llmdl_dspy.tools import Described
from llmdl_plugins import slots
from llmdl_plugins.binding import values_of
from llmdl_plugins.errors import UnboundCallError
from llmdl_plugins.parameter import Parameter

KEPT = 256


class Bound:
    """Puts texts into a signature, the same texts once.

    Args:
        name: of the predictor.
        signature: of the predictor.
        instructions, tools, fields: its texts; of tools those that are written into its instructions.
    """

    def __init__(
        self,
        name: str,
        signature: Any,
        instructions: Parameter,
        tools: Mapping[str, Described],
        fields: Mapping[str, Parameter],
    ) -> None:
        self._name, self._signature, self._tools, self._fields = name, signature, tools, fields
        self._texts = (instructions, *[one.parameter for one in tools.values()], *fields.values())
        self._known: dict[tuple[str, ...], Any] = {}
        self._made: WeakSet[Any] = WeakSet()

    def is_changed(self) -> bool:
        """Whether a text in force is another than the program's."""
        return self._values() != self._defaults()

    def of(self, signature: Any) -> Any:
        """A signature with the texts in force.

        Args:
            signature: of the predictor or of a copy, with whatever texts, or one that the program made of it.

        Raises:
            UnboundCallError: a text that is in force has no place in it.
        """
        values = self._values()
        if signature is not self._signature and signature in self._made:
            signature = self._signature
        if values == self._defaults():
            return signature
        return self._mine(values) if signature is self._signature else self._changed(signature, values)

    def _mine(self, values: tuple[str, ...]) -> Any:
        """The predictor's own signature with these texts."""
        made = self._known.get(values)
        if made is None:
            if len(self._known) >= KEPT:
                self._known.clear()
            made = self._known[values] = self._changed(self._signature, values)
            self._made.add(made)
        return made

    def _values(self) -> tuple[str, ...]:
        return values_of(self._texts)

    def _defaults(self) -> tuple[str, ...]:
        return tuple([one.default for one in self._texts])

    def _changed(self, signature: Any, values: Sequence[str]) -> Any:
        before, after = str(self._signature.instructions), self._rendered(values)
        if before != after:
            if before not in signature.instructions:
                raise hidden(self._name, "instructions")
            signature = signature.with_instructions(signature.instructions.replace(before, after, 1))
        for (field, one), desc in zip(self._fields.items(), values[1 + len(self._tools) :], strict=True):
            if desc != one.default:
                if field not in signature.fields:
                    raise hidden(self._name, f"field:{field}")
                signature = signature.with_updated_fields(field, desc=desc)
        return signature

    def _rendered(self, values: Sequence[str]) -> str:
        """The instructions, with the tools written into them."""
        written = {name: tool.text(desc) for (name, tool), desc in zip(self._tools.items(), values[1:], strict=False)}
        return slots.render(slots.parse(values[0], [*self._tools]), written)


def with_slots(text: str, tools: Mapping[str, Described]) -> str:
    """Instructions in which each tool that is written is a slot."""
    parts: list[slots.Part] = [text]
    for name, tool in tools.items():
        written = tool.text(tool.parameter.default)
        parts = [piece for part in parts for piece in _cut(part, written, slots.Slot(name))]
    return slots.unparse(parts, [*tools])


def _cut(part: slots.Part, written: str, slot: slots.Slot) -> list[slots.Part]:
    """A piece of instructions, cut where a tool is written."""
    if not isinstance(part, str) or written not in part:
        return [part]
    before, _, after = part.partition(written)
    return [before, slot, *_cut(after, written, slot)]


def hidden(name: str, what: str) -> UnboundCallError:
    """A program brings something of its own, in place of what is in force."""
    return UnboundCallError(
        f"The program calls {name} with {what.partition(':')[0]} of its own, so the value of {name}/{what} was not in "
        f"force and can't be scored: freeze {name}/{what}."
    )
