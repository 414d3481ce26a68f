"""Texts that don't look like prompts by themselves, but were sent all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from llmdl_langgraph.discover import Discovery
from llmdl_langgraph.prose import ANCHOR_CHARS
from llmdl_langgraph.readings import readings
from llmdl_langgraph.sites import Site
from llmdl_langgraph.texts import Text, text
from llmdl_langgraph.twins import distinct, twins

_HOLES = re.compile(r"[{}<>\[\]%$\n]+")
_ROLE = "text in the source of the application"


def unlikely_texts(discovery: Discovery, sent: Sequence[str]) -> list[Text]:
    """The texts of the source that are no candidates yet and could be part of what was sent."""
    known = {site for found in discovery.texts.values() for site in found.sites}
    sites = [site for site in _sites(discovery) if site not in known and _could_be_in(sent, site.text)]
    ways = {site: tuple(found) for site in sites if (found := readings(site))}
    groups = [{site: ways[site] for site in group} for group in twins(ways)]
    return [text(group, distinct(r for found in group.values() for r in found), _ROLE) for group in groups]


def without_overlaps(texts: Sequence[Text], seen: set[Text]) -> list[Text]:
    """The texts, but a file either whole or in passages: as it was sent."""
    whole = {site.file for text in texts if text in seen for site in text.sites if _is_whole(site)}
    split = {site.file for text in texts if text in seen for site in text.sites if _is_passage(site)} - whole
    return [
        text
        for text in texts
        if not any((_is_passage(s) and s.file in whole) or (_is_whole(s) and s.file in split) for s in text.sites)
    ]


def _is_whole(site: Site) -> bool:
    return site.kind == "file" and site.nth == 0


def _is_passage(site: Site) -> bool:
    return site.kind == "file" and site.nth > 0


def _sites(discovery: Discovery) -> Iterator[Site]:
    for source in discovery.sources:
        for site in source.sites:
            if site.kind not in ("docstring", "field description"):
                yield site
    for file in discovery.files:
        yield from file.sites
        yield from file.passages


def _could_be_in(sent: Sequence[str], raw: str) -> bool:
    """Whether the longest stretch of a text that no syntax changes occurs in what was sent."""
    longest = max((part.strip() for part in _HOLES.split(raw)), key=len, default="")
    return len(longest) >= ANCHOR_CHARS and any(longest in message for message in sent)
