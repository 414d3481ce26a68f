"""Where in the user's source a graph is: the module and the name by which it can be imported."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from llmdl_langgraph.reading.source import Source, source_of
from llmdl_langgraph.wording.template import every
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.made import Origin, origins


@dataclass(frozen=True)
class Location:
    """A module-level name.

    Args:
        source: the module.
        attribute: the name in it.
        origin: what stands under it, where that is not the graph itself: what makes it.
    """

    source: Source
    attribute: str
    origin: Origin | None = None

    @property
    def module(self) -> str:
        """The import name of the module; of a script, that of its file."""
        return import_name(self.source)


def locate(graph: Any) -> Location:
    """Where a graph can be imported from.

    Raises:
        MisuseError: no module of the user holds it under a name.
    """
    if (found := preferred(holders(graph))) is None:
        raise MisuseError(
            "The graph has no name in any module, so it can't be imported again: assign it at module level, "
            "graph = builder.compile(), or name what makes it as the target: app.py:make_graph."
        )
    return found


def preferred(places: Iterable[Location]) -> Location | None:
    """Of these places the first at which the object was made, or else the first."""
    found = list(places)
    return next((place for place in found if place.attribute in place.source.assigned), found[0] if found else None)


def import_name(source: Source) -> str:
    """The name by which a module is imported; of a script, that of its file."""
    return source.file.stem if source.name == "__main__" else source.name


def closure(*start: Source) -> list[Source]:
    """Modules of the user and all modules of the user that they import, directly or not."""
    found: dict[Path, Source] = {}
    todo: list[Source] = [*start]
    while todo:
        source = todo.pop()
        if source.file not in found:
            found[source.file] = source
            todo += [s for module in _imported(source) if (s := source_of(module))]
    return list(found.values())


def holders(graph: Any) -> Iterator[Location]:
    """Every name of a module of the user that an object has, then those of what it was made from."""
    for thing, origin in ((graph, None), *((origin.value, origin) for origin in origins(graph))):
        for module in list(sys.modules.values()):
            names = [name for name, value in list(getattr(module, "__dict__", {}).items()) if value is thing]
            source = source_of(module) if names else None
            yield from (Location(source, name, origin) for name in names if source)


def _imported(source: Source) -> Iterator[ModuleType]:
    for node in every(source.tree):
        match node:
            case ast.Import(names=names):
                asked = [alias.name for alias in names]
            case ast.ImportFrom(names=names):
                base = source.absolute(node)
                asked = [base, *(f"{base}.{alias.name}" for alias in names)]
            case _:
                continue
        yield from (module for name in asked if (module := sys.modules.get(name)))
