"""What one node of a graph reaches: code, texts, models and tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseLanguageModel
from langchain_core.tools import BaseTool
from langgraph.pregel import Pregel

from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.reading.units import Unit


@dataclass
class Reached:
    """What one node reaches.

    `own` is the part of it that the node's code reads by name: of an object not its other methods and attributes, nor
    what made it.
    """

    units: dict[int, Unit] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    templates: dict[str, str] = field(default_factory=dict)  # text → template format
    graphs: list[Pregel[Any, Any, Any, Any]] = field(default_factory=list)
    models: list[BaseLanguageModel[Any]] = field(default_factory=list)
    tools: list[BaseTool] = field(default_factory=list)  # those that it runs; what is only told to a model is none

    own: Reached = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.own = self

    def keep_own(self) -> None:
        """What was found until now is what the node's code reads; what is found from now on is around it."""
        self.own = Reached(dict(self.units), {*self.texts}, {**self.templates}, *map(list, self._lists))

    @property
    def _lists(self) -> tuple[list[Any], ...]:
        return self.graphs, self.models, self.tools

    def holds(self, site: Site) -> bool:
        """Whether the node's code contains a site, or one of its objects its text."""
        if site.kind in ("file", "entry"):
            return not self.said.isdisjoint((site.file.name, site.file.stem))
        return site.text in self.texts or any(unit.holds(site) for unit in self._by_file.get(site.file, ()))

    @cached_property
    def _by_file(self) -> Mapping[Path, list[Unit]]:
        found: dict[Path, list[Unit]] = {}
        for unit in self.units.values():
            found.setdefault(unit.source.file, []).append(unit)
        return found

    @cached_property
    def said(self) -> set[str]:
        """The texts that its objects hold, and those that its code quotes, with the names of files in paths."""
        quoted = {text for unit in self.units.values() for text in unit.uses.texts}
        return self.texts | quoted | {text.rpartition("/")[2] for text in quoted}
