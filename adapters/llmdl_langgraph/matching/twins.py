"""Twins: places in the source that say the same, so that nothing sent tells which of them was used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from llmdl_langgraph.matching.readings import Reading
from llmdl_langgraph.matching.texts import Text
from llmdl_langgraph.reading.sites import Site
from llmdl_plugins.slots import Part, Slot

Said = tuple[Part, ...]


def twins(ways: Mapping[Site, Sequence[Reading]]) -> list[list[Site]]:
    """The sites in groups that are equal in some reading, but for white space at the edges."""
    groups: dict[Site, list[Site]] = {}
    first: dict[Said, Site] = {}
    for site, readings in ways.items():
        groups[site] = [site]
        for said in {_said(reading.parts) for reading in readings}:
            _join(groups, site, first.setdefault(said, site))
    return list({id(group): group for group in groups.values()}.values())


def distinct(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """The readings in order, without those that are sent like an earlier one."""
    found: dict[Said, Reading] = {}
    for reading in readings:
        found.setdefault(reading.parts, reading)
    return tuple(found.values())


def alike(texts: Sequence[Text]) -> set[Text]:
    """The texts that another one is equal to, but for the names of its slots."""
    shapes: dict[tuple[str | None, ...], set[Text]] = {}
    for text in texts:
        for reading in text.readings:
            if reading.slots:
                shape = tuple(None if isinstance(part, Slot) else part for part in _said(reading.parts))
                shapes.setdefault(shape, set()).add(text)
    return {text for same in shapes.values() if len(same) > 1 for text in same}


def _said(parts: Sequence[Part]) -> Said:
    last = len(parts) - 1
    return tuple(part if isinstance(part, Slot) else _trimmed(part, n == 0, n == last) for n, part in enumerate(parts))


def _trimmed(text: str, is_first: bool, is_last: bool) -> str:
    text = text.lstrip() if is_first else text
    return text.rstrip() if is_last else text


def _join(groups: dict[Site, list[Site]], one: Site, other: Site) -> None:
    if groups[one] is not groups[other]:
        groups[other] += groups[one]
        for site in groups[one]:
            groups[site] = groups[other]
