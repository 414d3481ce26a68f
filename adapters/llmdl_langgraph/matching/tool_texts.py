"""Descriptions of tools, of their fields and of schemas as parameters, with the place in the source that holds each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.matching.definitions import Path, named
from llmdl_langgraph.matching.naming import SHARED, UNREACHED, numbered
from llmdl_langgraph.reading.docstrings import Way, ways_to, written
from llmdl_langgraph.reading.sites import Site
from llmdl_plugins.parameter import Parameter

OFF = "tool texts are trained where they are unfrozen"
MOST_CHARS = 1_024  # what OpenAI takes

Place = tuple[Path, str]  # where a description stands in the definitions, and its text
Home = tuple[str, str]  # module, and name of a function or class in it

_NOWHERE: Mapping[Place, frozenset[Home]] = {}


@dataclass(frozen=True)
class Origin:
    """Where a description comes from.

    Args:
        site: the place in the source.
        ways: how the text may be read from it.
    """

    site: Site
    ways: tuple[Way, ...]

    def written(self, raw: str, text: str) -> str:
        """The source text with another description in it.

        Raises:
            CannotExportError: no source text is read like that.
        """
        return written(self.ways, raw, text, " " * self.site.span[1])


@dataclass(frozen=True, eq=False)
class ToolText:
    """One description: a parameter, everywhere it is sent, and where it comes from.

    Args:
        parameter: its value in force.
        places: where it stands in definitions; one source text can be sent at several places.
        origin: the place in the source, or why there is none.
    """

    parameter: Parameter
    places: tuple[Place, ...]
    origin: Origin | str

    @property
    def source(self) -> Origin:
        """Where it is to be written.

        Raises:
            CannotExportError: it has no place in the source.
        """
        if isinstance(self.origin, str):
            path, text = self.places[0]
            raise CannotExportError(
                f"{named(path)} ({text[:40]!r}) can't be exported ({self.origin}): keep its text, or export weights."
            )
        return self.origin


def tool_texts(
    sent: Mapping[Place, frozenset[str]], sites: Sequence[Site], homes: Mapping[Place, frozenset[Home]] = _NOWHERE
) -> dict[str, ToolText]:
    """Descriptions as parameters, by name: `node/tool:NAME` and `node/tool:NAME.FIELD`.

    Args:
        sent: each description with the nodes that send it.
        sites: the string expressions of the user's sources.
        homes: the functions and classes that a description may be written in, where they are known.
    """
    groups: dict[object, list[Place]] = {}
    origins = {place: origin_of(place, sites, homes.get(place, frozenset())) for place in sent}
    for place, origin in origins.items():
        tied = (origin.site, origin.ways[0].name) if isinstance(origin, Origin) else place
        groups.setdefault(tied, []).append(place)
    nodes = [frozenset().union(*(sent[place] for place in places)) for places in groups.values()]
    names = numbered([_name(n, places[0][0]) for n, places in zip(nodes, groups.values(), strict=True)])
    return {
        name: _text(places, origins[places[0]], n)
        for name, places, n in zip(names, groups.values(), nodes, strict=True)
    }


def _name(nodes: Iterable[str], path: Path) -> str:
    found = sorted(nodes)
    return f"{found[0] if len(found) == 1 else SHARED if found else UNREACHED}/tool:{named(path)}"


def _text(places: Sequence[Place], origin: Origin | str, nodes: frozenset[str]) -> ToolText:
    (path, text), where = places[0], ", ".join(sorted(nodes)) or "no known node"
    what = f"description of {path[0]}" if len(path) == 1 else f"description of the field {named(path)}"
    parameter = Parameter(
        text,
        kind="text",
        role=f"{what}, a tool or schema that node {where} gives to a model",
        checks=[partial(_problem, origin)] if isinstance(origin, Origin) else [],
        max_chars=max(MOST_CHARS, 2 * len(text)),
        trainable=False,
        frozen_because=OFF if isinstance(origin, Origin) else f"{OFF}; not exportable: {origin}",
    )
    return ToolText(parameter, tuple(places), origin)


def _problem(origin: Origin, value: str) -> str | None:
    try:
        origin.written(origin.site.text, value)
    except CannotExportError as error:
        return str(error)
    return None


def origin_of(place: Place, sites: Sequence[Site], homes: frozenset[Home] = frozenset()) -> Origin | str:
    """The place in the source that a description comes from, or why there is none."""
    path, text = place
    field = path[-1] if len(path) > 1 and path[-1].isidentifier() else ""
    found: dict[int, list[Origin]] = {}
    for site in sites:
        if not site.fstring and _may_hold(site, homes) and (ways := ways_to(text, site, field)):
            found.setdefault(_distance(site, path, field), []).append(Origin(site, ways))
    if not found:
        return "its text stands nowhere in the source"
    nearest = found[min(found)]
    return nearest[0] if len(nearest) == 1 else f"its text stands at {len(nearest)} places in the source"


def _may_hold(site: Site, homes: frozenset[Home]) -> bool:
    """Whether a description can be from here: another function's docstring and another class's field can't be it."""
    return not homes or site.kind not in ("docstring", "field description") or (site.module, site.scope) in homes


def _distance(site: Site, path: Path, field: str) -> int:
    """How far a site is from where a description of this name is usually written."""
    at_home = site.scope.rpartition(".")[2] == path[0] or site.name == path[0]
    named_so = site.name == field if field else site.kind == "docstring" or site.name == "description"
    return 2 * (not named_so) + (not at_home)


def tool_edits(texts: Iterable[ToolText], values: Mapping[Parameter, Any]) -> dict[Site, str]:
    """Site → its source text with the changed descriptions in it; several can stand in one docstring.

    Raises:
        CannotExportError: a description has no place in the source, or can't be written there.
    """
    found: dict[Site, str] = {}
    for text in texts:
        value = values.get(text.parameter, text.parameter.default)
        if value != text.parameter.default:
            site = text.source.site
            found[site] = text.source.written(found.get(site, site.text), value)
    return found
