"""Texts that don't look like prompts by themselves, but were sent all the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llmdl_langgraph.discover import Discovery
from llmdl_langgraph.quoting import quoting
from llmdl_langgraph.readings import readings
from llmdl_langgraph.rendered import could_be_in
from llmdl_langgraph.sites import Site
from llmdl_langgraph.texts import Text, text
from llmdl_langgraph.twins import distinct, twins

_ROLE = "text in the source of the application"


def unlikely_texts(discovery: Discovery, sent: Sequence[str]) -> list[Text]:
    """The texts of the source that are no candidates yet and could be part of what was sent."""
    known = {site for found in discovery.texts.values() for site in found.sites}
    sites = [site for site in _sites(discovery, sent) if site not in known and could_be_in(sent, site.text)]
    ways = {site: tuple(found) for site in sites if (found := readings(site))}
    groups = [{site: ways[site] for site in group} for group in twins(ways)]
    return [text(group, distinct(r for found in group.values() for r in found), _ROLE) for group in groups]


def without_overlaps(texts: Sequence[Text], seen: set[Text]) -> list[Text]:
    """The texts, but a file either whole or in passages: as it was sent."""
    whole = {site.file for text in texts if text in seen for site in text.sites if _is_whole(site)}
    split = {site.file for text in texts if text in seen for site in text.sites if _is_passage(site)} - whole
    kept = _longest([site for text in texts if text in seen for site in text.sites if _is_passage(site)])
    return [
        text
        for text in texts
        if not any((_is_passage(s) and (s.file in whole or s not in kept)) for s in text.sites)
        and not any(_is_whole(s) and s.file in split for s in text.sites)
    ]


def _longest(passages: Sequence[Site]) -> set[Site]:
    """Passages that share no line, longer ones first."""
    kept: set[Site] = set()
    for site in sorted(passages, key=lambda site: -len(site.text)):
        if not any(
            site.file == one.file and site.span[:2] < one.span[2:] and one.span[:2] < site.span[2:] for one in kept
        ):
            kept.add(site)
    return kept


def _is_whole(site: Site) -> bool:
    return site.kind == "file" and site.nth == 0


def _is_passage(site: Site) -> bool:
    return site.kind == "file" and site.nth > 0


def _sites(discovery: Discovery, sent: Sequence[str]) -> Iterator[Site]:
    for source in [*discovery.sources, *quoting(sent, discovery.sources)]:
        for site in source.sites:
            if site.kind not in ("docstring", "field description"):
                yield site
    for file in discovery.files:
        yield from file.sites
        yield from file.passages(sent)
