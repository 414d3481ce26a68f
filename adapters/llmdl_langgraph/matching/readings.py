"""The readings of a site: the templates that its text can be, in the order in which to try them."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.reading.sites import Site
from llmdl_langgraph.wording.blocks import BLOCKS
from llmdl_langgraph.wording.in_slots import can_hold
from llmdl_langgraph.wording.matcher import Matcher
from llmdl_langgraph.wording.prose import is_opening, is_phrase, is_telling
from llmdl_langgraph.wording.syntax import (
    DOUBLE_BRACES,
    FORMAT,
    PERCENT,
    PLAIN,
    Syntax,
    fstring,
    fstring_then_format,
    replaced,
)
from llmdl_langgraph.wording.template import Hole, Template, holes
from llmdl_langgraph.wording.transforms import CASES, TRANSFORMS, Transform
from llmdl_plugins import slots as slot_law
from llmdl_plugins.layered import free
from llmdl_plugins.slots import Part, Slot

ALIAS_CHARS = 24
# What people write by hand where a value goes, and fill with `.replace` or a pattern of their own.
_TOKEN = re.compile(
    r"<<\s*\w+\s*>>|\[\[\w+\]\]|__[A-Z][A-Z_]*__|\$\{\w+\}|\$[a-zA-Z_]\w*|%[A-Z_]{3,}%|<[A-Z_]{3,}>|\[[A-Z_]{3,}\]"
)


@dataclass(frozen=True)
class Reading:
    """One way to read a site as a text with slots.

    Args:
        site: the place in the source.
        syntax: how the text writes its holes.
        transform: what happens to its white space before it is sent.
        parts: the text as it is sent, with slots for holes.
        slots: the names of the slots, in order of first occurrence.
        holes: the hole behind each name in `slots`.
    """

    site: Site
    syntax: Syntax
    transform: Transform
    parts: tuple[Part, ...]
    slots: tuple[str, ...]
    holes: tuple[Hole, ...]

    @property
    def canonical(self) -> str:
        """The text by the slot law, as a parameter holds it."""
        return slot_law.unparse(self.parts, self.slots)

    @cached_property
    def is_phrase(self) -> bool:
        """Whether it is so short that it has to stand on a line of its own to be told from other text."""
        return is_phrase(self.parts)

    @cached_property
    def is_opening(self) -> bool:
        """Whether it is so short that only the beginning of a message tells it."""
        return not is_telling(self.parts)

    @cached_property
    def literal_chars(self) -> int:
        """How much of it is text of its own."""
        return sum(len(part) for part in self.parts if isinstance(part, str))

    def parse(self, canonical: str) -> list[Part]:
        """The parts of a text by the slot law."""
        return slot_law.parse(canonical, self.slots)

    def to_source(self, canonical: str) -> str:
        """The raw text that stands in the source when the parameter has this value.

        Raises:
            CannotExportError: the syntax can't express it.
        """
        behind = dict(zip(self.slots, self.holes, strict=True))
        pieces = tuple(behind[p.name] if isinstance(p, Slot) else p for p in self.parse(canonical))
        raw = self.transform.restore(self.syntax.write(pieces), self.site.text)
        if self.site.around and not can_hold(raw, self.site.around):
            raise CannotExportError("a slot of an f-string can't hold a backslash or its own quotes: leave them out.")
        return raw

    def of_source(self, raw: str) -> tuple[Part, ...] | None:
        """What is sent when this raw text stands in the source, or None where it can't be read in this way."""
        pieces = self.syntax.read(self.transform.apply(raw))
        names = dict(zip(self.holes, self.slots, strict=True))
        if pieces is None or not set(holes(pieces)) <= names.keys():
            return None
        return tuple(Slot(names[piece]) if isinstance(piece, Hole) else piece for piece in pieces)

    def matcher(self, is_whole: bool = False) -> Matcher:
        """What finds this reading in a text that was sent, or only where it is all of it."""
        return Matcher(self.parts, is_whole)


def readings(site: Site, known: Syntax | None = None, is_message: bool = False) -> list[Reading]:
    """The ways to read a site, verbatim before formats; none where its text is too short to be told apart.

    Args:
        site: the place in the source.
        known: the syntax in which the source is seen to fill the text, if it is seen; no other is tried then.
        is_message: whether it is seen to be all of a message; a label of some words is enough then.
    """
    return [
        reading
        for reading in _readings(site, known)
        if (is_telling(reading.parts) or (is_message and is_opening(reading.parts))) and _keeps_the_law(reading)
    ]


def _readings(site: Site, known: Syntax | None) -> Iterator[Reading]:
    seen: set[Template] = set()
    syntaxes = _known(site, known) if known and not site.fstring else _syntaxes(site)
    cases = CASES if PLAIN in syntaxes and is_phrase((site.text,)) else ()
    for transform in (*TRANSFORMS, *cases):
        text = transform.apply(site.text)
        for syntax in [PLAIN] if transform in cases else syntaxes:
            pieces = syntax.read(text)
            if pieces is None or pieces in seen:
                continue
            seen.add(pieces)
            yield _reading(site, syntax, transform, pieces)


def _tokens(text: str) -> Iterator[str]:
    """What looks like a place to be filled; a tag that is closed again is part of the text."""
    for token in dict.fromkeys(_TOKEN.findall(text)):
        if f"</{token[1:]}" not in text:
            yield token


def _known(site: Site, syntax: Syntax) -> list[Syntax]:
    # A name is only known by its word: what is written for another filling is filled so elsewhere.
    if site.kind in ("file", "entry"):  # only its key or its name is known to be filled so
        return [syntax, *(other for other in _syntaxes(site) if other is not syntax)]
    tokens = tuple(_tokens(site.text)) if syntax in (FORMAT, PERCENT) else ()
    return [syntax, *([BLOCKS] if syntax is DOUBLE_BRACES else []), *([replaced(tokens)] if tokens else []), PLAIN]


def _syntaxes(site: Site) -> list[Syntax]:
    if site.fstring:
        return [fstring(site.holes), fstring_then_format(site.holes)]
    tokens = site.replaced or tuple(_tokens(site.text))
    found = [PLAIN, FORMAT, PERCENT, DOUBLE_BRACES, BLOCKS]
    if site.kind in ("file", "entry"):  # what loads it fills it elsewhere, so the text alone must tell
        found = [BLOCKS, FORMAT, PLAIN, PERCENT, DOUBLE_BRACES]
    return [*found[:1], *([replaced(tokens)] if tokens else []), *found[1:]]


def _reading(site: Site, syntax: Syntax, transform: Transform, pieces: Template) -> Reading:
    names = _aliases(pieces)
    parts = tuple(Slot(names[piece]) if isinstance(piece, Hole) else piece for piece in pieces)
    return Reading(site, syntax, transform, parts, tuple(names.values()), tuple(names))


def _keeps_the_law(reading: Reading) -> bool:
    # "{" + slot + "}" is the one text that the slot law can't hold: it reads as the slot's literal.
    return tuple(reading.parse(reading.canonical)) == reading.parts


def _aliases(pieces: Template) -> dict[Hole, str]:
    names: dict[Hole, str] = {}
    for hole in holes(pieces):
        if hole not in names:
            names[hole] = free(_alias(hole.expression), set(names.values()))
    return names


def _alias(expression: str) -> str:
    """A short name: the last key of a path, the words of anything else."""
    words = [word for word in re.findall(r"[^\W\d]\w*", expression) if not keyword.iskeyword(word)]
    path = re.fullmatch(r"[\w.]+|[\w.]+(\[['\"\w-]+\]|\.\w+)*", expression)
    return (words[-1] if path and words else "_".join(words)[:ALIAS_CHARS].strip("_")) or "slot"
