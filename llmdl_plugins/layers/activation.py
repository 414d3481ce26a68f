"""The non-linearity of this world: a text becomes a value that fits, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from llmdl_plugins.cost import Calls
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import rendered
from llmdl_plugins.sayings import bare, place_of

READS = ("off", "exact", "found")


class Activation(Module):
    """state[source], a text → the value of the schema that it is, in its place; None where it is none; calls: none.

        "I'd say: Billing." ─▶ fits the schema? ─┬─ yes ─▶ "billing"
                                                 └─ no ──▶ None

    Args:
        schema: what the text has to be, as pydantic knows it: `Literal["billing", "other"]`, `int`, a model.
        source: the state key that is read and written anew.
        reads: "exact": the text as a whole is the value; "found": the value may stand in what else it says: a block of
            JSON, the one label that is named, the one number.  "off" leaves the text as it is.

    Raises:
        MisuseError: pydantic does not know this schema.

    Source: rectified units (Nair and Hinton, 2010); typed outputs (Beurer-Kellner et al., 2023).
    """

    identity = MappingProxyType({"reading": "off"})

    def __init__(self, schema: Any, source: str, reads: Literal["off", "exact", "found"] = "found") -> None:
        self.schema, self.labels, self.source = schema, _labels(schema), source
        _checked(schema)
        self.reads = self.writes = (source,)
        self.reading = Parameter(reads, kind="choice", options=READS, role=f"how {source} is taken for a value")

    def calls(self, **sizes: int) -> Calls:
        """None."""
        return Calls(0)

    async def forward(self, state: State) -> dict[str, Any]:
        """The update with the value, or with None."""
        reading, text = self.reading.value, rendered(state[self.source])
        if reading == "off":
            return {}
        for candidate in [text.strip(), *(found_in(text, self.labels) if reading == "found" else ())]:
            try:
                return {self.source: self.value_of(candidate)}
            except ValidationError:
                continue
        return {self.source: None}

    @cached_property
    def _fits(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.schema)

    def value_of(self, text: str) -> Any:
        """The value that a text is.

        Raises:
            ValidationError: it is none.
        """
        label = {label.casefold(): label for label in self.labels}.get(bare(text), text)
        try:
            return self._fits.validate_python(label)
        except ValidationError:
            return self._fits.validate_json(text)


def found_in(text: str, labels: tuple[str, ...] = ()) -> Iterator[str]:
    """What in a text may be the value: the one label that it names, blocks of JSON, the one number.

    >>> list(found_in("It is Billing, not more.", ("billing", "other")))
    ['billing']
    >>> list(found_in('```json\\n{"a": 1}\\n```'))
    ['{"a": 1}', '1']
    """
    named = [label for label in labels if place_of(label, text) is not None]
    yield from named if len(named) == 1 else ()
    for opening, closing in ("{}", "[]"):
        if 0 <= (start := text.find(opening)) < (end := text.rfind(closing)):
            yield text[start : end + 1]
    numbers = re.findall(r"-?\d+(?:\.\d+)?", text)
    yield from numbers if len(numbers) == 1 else ()


def _checked(schema: Any) -> None:
    try:
        TypeAdapter(schema)
    except Exception as error:  # pydantic has many kinds of them
        raise MisuseError(
            f"Activation can't check values of {schema!r}: give a type that pydantic knows, such as "
            f'Literal["yes", "no"], int, or a BaseModel ({error}).'
        ) from error


def _labels(schema: Any) -> tuple[str, ...]:
    return tuple(label for label in get_args(schema) if isinstance(label, str)) if get_origin(schema) is Literal else ()
