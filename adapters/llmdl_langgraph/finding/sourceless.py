"""Prompts that live objects hold and whose text stands nowhere in the source: of a hub, a data base, a middleware."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from langchain_core.prompts import PromptTemplate

from llmdl_langgraph.finding.reached import Reached
from llmdl_langgraph.finding.rendered import says
from llmdl_langgraph.matching.readings import Reading, readings
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.wording.syntax import DOUBLE_BRACES, FORMAT

SOURCELESS = "its text stands nowhere in your source: unfreeze it to train it, and export the weights"


def templates_of(obj: Any) -> Iterator[tuple[str, str]]:
    """The prompts that an object holds as a template or a middleware does, each with the format of its slots."""
    if isinstance(obj, PromptTemplate):
        yield obj.template, obj.template_format
    if any(kind.__name__ == "AgentMiddleware" for kind in type(obj).__mro__):  # of langchain, which may not be there
        held = vars(obj).items()
        yield from ((text, "f-string") for name, text in held if name.endswith("prompt") and isinstance(text, str))


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
