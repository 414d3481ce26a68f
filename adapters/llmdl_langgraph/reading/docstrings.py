"""How LangChain and pydantic read the text of a tool or field out of a source text, and how to write it back."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.wording.transforms import TRANSFORMS

_ARGUMENTS = re.compile(r"^([ \t]*)Args:[ \t]*$", re.M)


@dataclass(frozen=True)
class Way:
    """One way from the text that stands in the source to the text that is sent.

    Args:
        name: how it is called in messages.
        read: source text → sent text, or None where there is none in it.
        drafts: source text, sent text and margin → source texts that are likely to be read as the sent text.
        keeps: old and new source text → whether all else that is read from it stays.
    """

    name: str
    read: Callable[[str], str | None]
    drafts: Callable[[str, str, str], Iterator[str]]
    keeps: Callable[[str, str], bool] = lambda old, new: True


def written(ways: Sequence[Way], raw: str, text: str, margin: str) -> str:
    """The source text with another description in it, read so in each of the ways that it may be read.

    Args:
        ways: how it may be read.
        raw: the source text now.
        text: what shall be sent.
        margin: the white space before a line of a docstring here.

    Raises:
        CannotExportError: no source text is read like that.
    """
    for way in ways:
        for draft in way.drafts(raw, text, margin):
            if all(other.read(draft) == text and other.keeps(raw, draft) for other in ways):
                return draft
    names = " and ".join(way.name for way in ways)
    raise CannotExportError(f"{names} can't hold {text[:60]!r}: leave out blank lines and white space at edges.")


def ways_to(text: str, site: Site, field: str) -> tuple[Way, ...]:
    """The ways in which the source text at a site may be read as a description; none where it isn't read so.

    Args:
        text: the description that is sent.
        site: the place in the source.
        field: the name of the field, or "" for the tool itself.
    """
    if site.kind != "docstring":
        groups = [[way] for way in _WHOLE]
    elif field:
        groups = [[argument(field)]]
    else:
        # Who sends it decides between these, and an object doesn't tell which it was.
        groups = [[*(way for way in _WHOLE if way.name in _OF_DOCSTRINGS), SUMMARY], *([way] for way in _WHOLE)]
    found = ([way for way in group if way.read(site.text) == text] for group in groups)
    return tuple(next((group for group in found if group), ()))


def _whole(raw: str, text: str, margin: str) -> Iterator[str]:
    """The whole source text: shaped as it was, then as a block of its own lines, then as it is."""
    lead, trail = raw[: len(raw) - len(raw.lstrip())], raw[len(raw.rstrip()) :]
    indented = _indented(text, margin)
    yield lead + indented + trail
    yield f"\n{margin}{indented}\n{margin}"
    yield text


def _indented(text: str, margin: str) -> str:
    """All lines but the first behind the margin."""
    first, *others = text.split("\n")
    return "\n".join([first, *(margin + line if line.strip() else line for line in others)])


_WHOLE = [Way(transform.name, transform.apply, _whole) for transform in TRANSFORMS]
_OF_DOCSTRINGS = {"cleandoc", "dedent and strip"}


def parsed(raw: str) -> tuple[str, dict[str, str]]:
    """Description and arguments of a docstring, as LangChain parses them."""
    from langchain_core.utils.function_calling import _parse_google_docstring

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        description, arguments = _parse_google_docstring(inspect.cleandoc(raw), [])
    return description, dict(arguments)


def _summary(raw: str, text: str, margin: str) -> Iterator[str]:
    if found := _ARGUMENTS.search(raw):
        head = raw[: found.start()]
        lead, trail = head[: len(head) - len(head.lstrip())], head[len(head.rstrip()) :]
        yield lead + _indented(text, margin) + trail + raw[found.start() :]
    yield from _whole(raw, text, margin)


def _keeps_arguments(old: str, new: str) -> bool:
    return parsed(old)[1] == parsed(new)[1]


SUMMARY = Way(
    "the text before the arguments of a docstring", lambda raw: parsed(raw)[0] or None, _summary, _keeps_arguments
)


def argument(name: str) -> Way:
    """The text of one argument in a Google-style docstring."""

    def drafts(raw: str, text: str, margin: str) -> Iterator[str]:
        found = _ARGUMENTS.search(raw)
        begin = found and re.search(rf"^([ \t]*){re.escape(name)}( \(.*\))?:", raw[found.end() :], re.M)
        if not (found and begin):
            return
        start = found.end() + begin.end()
        deeper = re.compile(rf"[^\n]*(\n{begin[1]}[ \t]+[^\n]*)*")
        end = deeper.match(raw, start)
        assert end
        yield f"{raw[:start]} {text}{raw[end.end() :]}"

    def keeps(old: str, new: str) -> bool:
        (before, ours), (after, theirs) = parsed(old), parsed(new)
        return before == after and {**ours, name: ""} == {**theirs, name: ""}

    return Way(f"argument {name} of a docstring", lambda raw: parsed(raw)[1].get(name), drafts, keeps)
