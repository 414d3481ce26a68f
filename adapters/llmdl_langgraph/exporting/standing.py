"""Whether a text still stands at its place in the source, or the new one does already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from llmdl_langgraph.exporting.copies import current, read
from llmdl_langgraph.reading.entries import entries_in
from llmdl_langgraph.reading.passages import stands
from llmdl_langgraph.reading.sites import Site, sites_in

State = Literal["here", "applied", "changed"]


def state(site: Site, new: str) -> State:
    """What stands at a site now.

    Args:
        new: the raw text that is to stand there.
    """
    texts = list(_texts(site, new))
    if site.text in texts:
        return "here"
    return "applied" if new in texts else "changed"


def _texts(site: Site, new: str) -> Iterator[str]:
    if site.kind == "file":
        if (text := stands(read(site.file), site, (site.text, new))) is not None:
            yield text
    elif site.kind == "entry":
        yield from (now.text for now in entries_in(read(site.file), site.file, site.module) if now.scope == site.scope)
    else:
        found = sites_in(current(site.file), site.file, site.module)
        yield from (now.text for now in found if (now.scope, now.label) == (site.scope, site.label))
