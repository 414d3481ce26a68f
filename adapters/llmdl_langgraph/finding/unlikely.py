"""Texts that are no candidates by the source alone, but were sent all the same."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from llmdl_langgraph.finding.discover import Discovery
from llmdl_langgraph.finding.prompts import NAMED_WORDS, is_data, is_promptish, looks_like_prompt
from llmdl_langgraph.finding.quoting import quoting
from llmdl_langgraph.finding.rendered import could_be_in, says
from llmdl_langgraph.finding.usage import Usage
from llmdl_langgraph.matching.readings import readings
from llmdl_langgraph.matching.texts import Text, text
from llmdl_langgraph.matching.twins import distinct, twins
from llmdl_langgraph.reading.prompt_files import PromptFile
from llmdl_langgraph.reading.sites import Site, span_of
from llmdl_langgraph.reading.source import contains
from llmdl_langgraph.wording.prose import WORDS_OF_A_PHRASE, anchor, count_words

LONG_CHARS = 24
CATALOGUE = 40  # so many descriptions are data: a list of all tools that there are
Table = tuple[Path, ast.stmt]

_DESCRIBING = {"docstring", "field description"}
_SAYING = {"description", "example", "examples"}  # what a table says of something
_ROLE = "text in the source of the application"


def unlikely_texts(discovery: Discovery, sent: Sequence[str]) -> list[Text]:
    """The texts of the source that are no candidates yet and could be part of what was sent."""
    known = {site for found in discovery.texts.values() for site in found.sites}
    sites = [site for site in _sites(discovery, sent) if site not in known and could_be_in(sent, site.text)]
    if sum(site.kind in _DESCRIBING for site in sites) > CATALOGUE:
        sites = [site for site in sites if site.kind not in _DESCRIBING]
    ways = {
        site: tuple(found) for site in sites if (found := readings(site, is_message=discovery.used.is_message(site)))
    }
    groups = [{site: ways[site] for site in discovery.own.of(group)} for group in twins(ways)]
    return [text(group, distinct(r for found in group.values() for r in found), _ROLE) for group in groups]


def trusted(discovery: Discovery, unlikely: Sequence[Text], seen: Collection[Text], data: Sequence[str]) -> list[Text]:
    """Those that are sent by no chance: they look like prompts, tell what something is, or stand in a table of prompts.

    Args:
        data: what is none of the application's words.
    """
    tables = [(source.file, node) for source in discovery.sources for node in source.tree.body if _is_table(node)]
    prompts = [table for table in tables if _is_of_prompts(table[1])]
    shown = [site for text in seen for site in text.sites if not site.scope]
    beside = [table for table in tables if any(_holds(table, site) for site in shown)]
    return [
        text
        for text in unlikely
        if any(_holds(table, site) for table in beside for site in text.sites)
        or (any(_is_telling(site, discovery.used, prompts, tables) for site in text.sites) and not _is_data(text, data))
    ]


def _is_telling(site: Site, used: Usage, prompts: Sequence[Table], tables: Sequence[Table]) -> bool:
    """Whether code that no node is known to reach holds a prompt, or a table says what something is."""
    if any(_holds(table, site) for table in prompts):
        return count_words((site.text,)) >= NAMED_WORDS
    is_told = any(_says(table, site) for table in tables)
    if site.kind == "field description" or is_told:
        return count_words((site.text,)) >= WORDS_OF_A_PHRASE
    return site.kind not in ("file", "entry") and looks_like_prompt(site, used)


def _is_data(text: Text, data: Sequence[str]) -> bool:
    said = text.reading.site.text.strip()
    return any(said in given for given in data)


def _holds(table: Table, site: Site) -> bool:
    file, statement = table
    return site.file == file and contains(statement, site.span)


def _says(table: Table, site: Site) -> bool:
    """Whether an entry of a table has a text to say what it is, or how it would be done."""
    said = (node for node in ast.walk(table[1]) if isinstance(node, ast.keyword) and node.arg in _SAYING)
    return site.file == table[0] and any(span_of(node.value) == site.span for node in said)


def _is_table(statement: ast.stmt) -> bool:
    """Whether a statement gives a name to a dictionary or a list, also to one that is wrapped."""
    match statement:
        case ast.Assign(value=value) | ast.AnnAssign(value=value):
            held = value.args[0] if isinstance(value, ast.Call) and len(value.args) == 1 else value
            return isinstance(held, ast.Dict | ast.List | ast.Tuple | ast.Set)
    return False


def _is_of_prompts(table: ast.stmt) -> bool:
    """Whether its name says so."""
    targets = table.targets if isinstance(table, ast.Assign) else [getattr(table, "target", None)]
    return any(isinstance(target, ast.Name) and is_promptish(target.id) for target in targets)


def quotes_seen(text: Text, seen: Collection[Text]) -> bool:
    """Whether a text of a file quotes what code says: notes about an application are not what it reads."""
    raw = text.reading.site.text
    said = (anchor(reading.parts).strip() for one in seen if not one.is_of_file for reading in one.readings)
    return any(len(literal) >= LONG_CHARS and literal in raw for literal in said)


def records_seen(text: Text, seen: Collection[Text], files: Collection[PromptFile]) -> bool:
    """Whether a file that no code names holds what a prompt of a named one was filled to: a record of what was sent."""
    named = {file.path for file in files if file.is_mentioned}
    if any(site.file in named for site in text.sites):
        return False
    told = (one for one in seen if any(site.file in named for site in one.sites))
    return any(says(one.readings, text.reading.site.text) for one in told)


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


def _is_schema(site: Site, used: Usage) -> bool:
    """Whether a text tells of a function, or of a field: a model is given those beside its messages."""
    if site.kind == "docstring":
        return not used.is_read(site, for_sure=False)
    return site.kind == "field description" and bool(site.context)


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
            if not _is_schema(site, discovery.used) and not is_data(site):
                yield site
    for file in discovery.files:
        yield from file.sites
        yield from file.passages(sent)
