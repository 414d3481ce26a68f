"""Which sites look like prompts: as few that are none as prompts that are missed."""

from __future__ import annotations

import re

from llmdl_langgraph.finding.usage import SENDING, Usage, holders, is_told
from llmdl_langgraph.reading.place import ANSWERING
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.wording.prose import count_words

LONG_CHARS = 100
LONG_WORDS = 15
NAMED_WORDS = 4

_NAMES = re.compile(
    r"prompts?|instructions?|templates?|system|personas?|preamble|guide(line)?s?|guidance|rubric|sys|messages?|msgs?|"
    r"rules?|constraints?|goals?|objectives?|backstor(y|ies)|examples?|shots|styles?|tones?|roles?",
    re.I,
)
_SETTING_UP = {
    "add_node", "add_edge", "add_conditional_edges", "add_argument", "getenv", "getLogger", "basicConfig", "Formatter",
    "StructuredTool", "Tool", "from_function", "tool", "ToolMessage", "AIMessage", "compile", "match", "search", "sub",
    "findall", "split", "open", "Path", "Option", "Argument", "HTTPException", "deprecated", "execute", "sleep",
    "Annotated", "namedtuple", "setdefault", "get", "startswith", "endswith", "removeprefix", "removesuffix",
    "loads", "safe_load", "full_load", "read_string",
}  # fmt: skip
_DESCRIBING = re.compile(r"(.*_)?(descriptions?|desc|help|title|docstring|epilog|log_?format|url|regex|pattern)", re.I)
_FAULT = re.compile(r"(.*_)?errors?", re.I)
_FAILING = re.compile(
    r"\s*(an? )?(unexpected |internal )?(error|failed|failure|could not|couldn't|unable|invalid|missing)\b", re.I
)
_ANONYMOUS = {"", "content", "text"}
_DEFINING = re.compile(r"(\s|--.*\n)*create\s+(or\s+replace\s+)?(table|view|index|schema|type)\b", re.I)  # SQL


def looks_like_prompt(site: Site, used: Usage) -> bool:
    """Whether a site is likely to become part of a message that the application writes to a model."""
    if used.is_read(site):
        return True
    if site.kind in ("docstring", "field description") or is_told(site.context) or site.context in _SETTING_UP:
        return False
    if site.kind == "file" or site.context in SENDING or used.is_written(site):
        return True
    if _DESCRIBING.fullmatch(site.name) or is_data(site):
        return False
    if used.is_sent(site):
        return True
    if _FAULT.fullmatch(site.name) or used.tells(site):
        return False
    if site.context in ANSWERING and (site.name in _ANONYMOUS or is_promptish(site.name)):
        return True
    words = count_words((site.text,))
    if site.kind == "entry" and is_promptish(site.module):
        return words >= NAMED_WORDS
    if _FAILING.match(site.text):
        return False
    return (any(map(is_promptish, holders(site))) and words >= NAMED_WORDS) or _is_long(site, words)


def is_data(site: Site) -> bool:
    """Whether a text is a document to be searched, or says in SQL what a data base is made of."""
    return site.context == "Document" or bool(_DEFINING.match(site.text))


def is_promptish(name: str) -> bool:
    """Whether a name has a word in it that names prompts."""
    return any(_NAMES.fullmatch(word) for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name))


def _is_long(site: Site, words: int) -> bool:
    return len(site.text) >= LONG_CHARS and words >= LONG_WORDS and site.context in ("", *ANSWERING)
