"""Which of the places that say the same are the application's: other modules of the process may quote it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from llmdl_langgraph.locate import closure, holders, preferred
from llmdl_langgraph.sites import Site
from llmdl_langgraph.source import Source


@dataclass(frozen=True)
class Own:
    """The modules of an application.

    Args:
        graph: which has its name in one of them, if it has any.
        reached: those whose code its nodes may run.
    """

    graph: Any
    reached: Sequence[Source]

    def of(self, group: Sequence[Site]) -> list[Site]:
        """Of the places of one text those of the application, where there are any, and of its files."""
        near = [site for site in group if site.kind in ("file", "entry") or site.file in self._reached]
        if len(near) == len(group) or len(group) == 1:
            return list(group)
        return [site for site in group if site in near or site.file in self._imported] or list(group)

    @cached_property
    def _reached(self) -> set[Path]:
        return {source.file for source in self.reached}

    @cached_property
    def _imported(self) -> set[Path]:
        """What its modules import, found only where there is a choice."""
        place = preferred(holders(self.graph))
        return {source.file for source in closure(*self.reached, *([place.source] if place else []))}
