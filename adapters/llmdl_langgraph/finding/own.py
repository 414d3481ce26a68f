"""Which of the places that say the same are the application's: other modules of the process may quote it."""

from __future__ import annotations

import os
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from llmdl_langgraph.reading.locate import closure, holders, preferred
from llmdl_langgraph.reading.prompt_files import quoted_in
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.reading.source import Source


@dataclass(frozen=True)
class Own:
    """The modules of an application.

    Args:
        graph: which has its name in one of them, if it has any.
        reached: those whose code its nodes may run.
        opened: the files that runs of it have opened, as far as that was watched.
    """

    graph: Any
    reached: Sequence[Source]
    opened: Set[Path] = frozenset()

    def of(self, group: Sequence[Site]) -> list[Site]:
        """Of the places of one text those of the application, where there are any, and of its files."""
        near = [site for site in group if _is_of_file(site) or site.file in self._reached]
        if len(near) < len(group):
            near = [site for site in group if site in near or site.file in self._imported] or list(group)
        return self._read(near)

    def _read(self, group: Sequence[Site]) -> list[Site]:
        """Of files that say the same those that were opened; or else those of which the code names most folders."""
        files = {site: site.file for site in group if _is_of_file(site)}
        if len(set(files.values())) < 2:
            return list(group)
        if not (read := {site for site, file in files.items() if Path(os.path.realpath(file)) in self.opened}):
            named = {site: len(self._quoted.intersection(site.module.split("/")[:-1])) for site in files}
            read = {site for site, many in named.items() if many == max(named.values())}
        return [site for site in group if site in read or site not in files]

    @cached_property
    def _quoted(self) -> set[str]:
        return quoted_in(self.reached)

    @cached_property
    def _reached(self) -> set[Path]:
        return {source.file for source in self.reached}

    @cached_property
    def _imported(self) -> set[Path]:
        """What its modules import, found only where there is a choice."""
        place = preferred(holders(self.graph))
        return {source.file for source in closure(*self.reached, *([place.source] if place else []))}


def _is_of_file(site: Site) -> bool:
    return site.kind in ("file", "entry")
