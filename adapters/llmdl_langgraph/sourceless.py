"""Prompt templates that live objects hold and whose text stands nowhere in the source: of a prompt hub, a data base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from llmdl_langgraph.reached import Reached
from llmdl_langgraph.readings import Reading, readings
from llmdl_langgraph.rendered import says
from llmdl_langgraph.sites import Site
from llmdl_langgraph.syntax import DOUBLE_BRACES, FORMAT

SOURCELESS = "its text stands nowhere in your source: unfreeze it to train it, and export the weights"


def sourceless(
    reached: Mapping[str, Reached], known: Sequence[Sequence[Reading]]
) -> Iterator[tuple[Site, tuple[Reading, ...], frozenset[str]]]:
    """Each template with the ways to read it and the nodes that hold it.

    Args:
        reached: what the nodes hold.
        known: the readings of each text of the source.
    """
    holders: dict[tuple[str, str], set[str]] = {}
    for node, found in reached.items():
        for held in found.templates.items():
            holders.setdefault(held, set()).add(node)
    for (template, style), nodes in holders.items():
        if not any(says(ways, template) for ways in known):
            site = Site(Path(), "", (0, 0, 0, 0), "held", "", "", "", template)
            if ways := readings(site, FORMAT if style == "f-string" else DOUBLE_BRACES):
                yield site, tuple(ways), frozenset(nodes)
