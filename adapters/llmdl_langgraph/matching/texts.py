"""A text parameter, and the places in the source that hold its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.matching.readings import Reading
from llmdl_langgraph.matching.safe_edit import joints, safe_edit_problem, told
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.wording.matcher import Matcher
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.slots import Part, unparse

MAX_CHARS = 20_000

Ways = Mapping[Site, tuple[Reading, ...]]


@dataclass(frozen=True, eq=False)
class Text:
    """A text parameter with its sites.

    Args:
        parameter: its value in force.
        ways: where the text stands, with every way to read it there; twins are tied, so there can be several places.
        readings: the ways in which it can be sent; the first gives the parameter its text and slots.
        searches: each reading with what finds it in a text that was sent.
        is_spoken: whether the application says it in the role of the model.
    """

    parameter: Parameter
    ways: Ways
    readings: tuple[Reading, ...]
    searches: tuple[tuple[Reading, Matcher], ...] = field(repr=False)
    is_spoken: bool = False

    @cached_property
    def anchors(self) -> tuple[str, ...]:
        """Words of which one is in every text that this one can be found in."""
        return tuple(dict.fromkeys([matcher.anchor for _, matcher in self.searches]))

    @property
    def sites(self) -> tuple[Site, ...]:
        """Where the text stands."""
        return tuple(self.ways)

    @property
    def is_sourceless(self) -> bool:
        """Whether only a live object holds it."""
        return all(site.kind == "held" for site in self.ways)

    @property
    def is_of_file(self) -> bool:
        """Whether it stands in text files only."""
        return all(site.kind in ("file", "entry") for site in self.ways)

    @property
    def reading(self) -> Reading:
        """How the parameter reads the text."""
        return self.readings[0]

    def sent_as(self, reading: Reading, value: str) -> tuple[Part, ...]:
        """What is sent in one reading when the parameter has this value."""
        if value == self.parameter.default:
            return reading.parts
        return reading.of_source(self.raw(reading.site, value)) or reading.parts

    def raw(self, site: Site, value: str) -> str:
        """What stands at one of the sites when the parameter has this value.

        Raises:
            CannotExportError: it can't be written there.
        """
        return written(self.ways, self.reading, site, value)


def written(ways: Ways, main: Reading, site: Site, value: str) -> str:
    """A value as it stands at a site: in the reading that says there what the main reading says.

    Raises:
        CannotExportError: it can't be written there.
    """
    value = between_edges(value, main.canonical)
    for reading in sorted(ways[site], key=lambda reading: reading is not main):
        if reading.parts == main.parts:
            return reading.to_source(value)
    for reading in ways[site]:
        if reading.canonical.strip() == main.canonical.strip():
            return reading.to_source(between_edges(value.strip(), reading.canonical))
    raise CannotExportError(f"{site.key} says the same in another way and can't take a change: make the two equal.")


def between_edges(value: str, like: str) -> str:
    """A value with the white space that another text begins and ends with, where it has none: teachers leave it out."""
    lead, trail = like[: len(like) - len(like.lstrip())], like[len(like.rstrip()) :]
    return ("" if value[:1].isspace() else lead) + value + ("" if value[-1:].isspace() else trail)


def text(
    ways: Ways,
    readings: Sequence[Reading],
    role: str,
    frozen_because: str = "",
    is_spoken: bool = False,
    is_whole: bool = False,
) -> Text:
    """A text parameter for these sites.

    Args:
        is_whole: whether it is all of each message that it comes to.
    """
    first = readings[0]
    parameter = Parameter(
        first.canonical,
        kind="text",
        role=role,
        slots=first.slots,
        checks=[partial(edit_problem, ways, tuple(readings), is_whole)],
        rules=list(map(told, joints(first.parts, is_whole))),
        max_chars=max(MAX_CHARS, 2 * len(first.canonical)),
        trainable=not frozen_because,
        frozen_because=frozen_because,
    )
    searches = [(r, r.matcher(whole)) for whole in ((True, False) if is_whole else (False,)) for r in readings]
    return Text(parameter, ways, tuple(readings), tuple(searches), is_spoken)


def edit_problem(ways: Ways, readings: Sequence[Reading], is_whole: bool, value: str) -> str | None:
    """What makes a value unsafe in any way in which the text can be sent, or None."""
    first = readings[0]
    value = between_edges(value, first.canonical)
    if wrong := safe_edit_problem(first, value, is_whole):
        return wrong
    try:
        raw = {site: written(ways, first, site, value) for site in ways}
    except CannotExportError as error:
        return str(error)
    for reading in readings[1:]:
        if (parts := reading.of_source(raw[reading.site])) is None:
            return f"the source may use it as {reading.syntax.name}, and could not read it then"
        if wrong := safe_edit_problem(reading, unparse(parts, reading.slots), is_whole):
            return wrong
    return None
