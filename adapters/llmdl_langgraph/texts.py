"""A text parameter, and the places in the source that hold its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.matcher import Matcher
from llmdl_langgraph.readings import Reading
from llmdl_langgraph.safe_edit import safe_edit_problem
from llmdl_langgraph.sites import Site
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.slots import Part, unparse

MAX_CHARS = 20_000


@dataclass(frozen=True, eq=False)
class Text:
    """A text parameter with its sites.

    Args:
        parameter: its value in force.
        sites: where the text stands; twins are tied, so there can be several.
        readings: the ways in which it can be sent; the first gives the parameter its text and slots.
        searches: each reading with what finds it in a text that was sent.
    """

    parameter: Parameter
    sites: tuple[Site, ...]
    readings: tuple[Reading, ...]
    searches: tuple[tuple[Reading, Matcher], ...] = field(repr=False)

    @property
    def reading(self) -> Reading:
        """How the parameter reads the text."""
        return self.readings[0]

    def sent_as(self, reading: Reading, value: str) -> tuple[Part, ...]:
        """What is sent in one reading when the parameter has this value."""
        if value == self.parameter.default:
            return reading.parts
        return reading.of_source(self.reading.to_source(value)) or reading.parts


def text(sites: Sequence[Site], readings: Sequence[Reading], role: str, frozen_because: str = "") -> Text:
    """A text parameter for these sites."""
    first = readings[0]
    parameter = Parameter(
        first.canonical,
        kind="text",
        role=role,
        slots=first.slots,
        checks=[partial(edit_problem, tuple(readings))],
        max_chars=max(MAX_CHARS, 2 * len(first.canonical)),
        trainable=not frozen_because,
        frozen_because=frozen_because,
    )
    return Text(parameter, tuple(sites), tuple(readings), tuple((r, r.matcher()) for r in readings))


def edit_problem(readings: Sequence[Reading], value: str) -> str | None:
    """What makes a value unsafe in any way in which the text can be sent, or None."""
    first = readings[0]
    if wrong := safe_edit_problem(first, value):
        return wrong
    try:
        raw = first.to_source(value)
    except CannotExportError as error:
        return str(error)
    for reading in readings[1:]:
        if (parts := reading.of_source(raw)) is None:
            return f"the source may use it as {reading.syntax.name}, and could not read it then"
        if wrong := safe_edit_problem(reading, unparse(parts, reading.slots)):
            return wrong
    return None
