"""Ways to spell a new text at the place of an expression, the smallest change first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import accumulate, chain

from llmdl_langgraph.wording.literals import StringLiteral, literals, spell
from llmdl_langgraph.wording.template import Hole, Piece, Template, holes, template

_WORD = re.compile(r"\w+|\s|[^\w\s]")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
QUOTES = ('"', "'", '"""', "'''")

Spelled = Mapping[Piece, str]
Edit = tuple[int, int, str]


def respellings(source: str, old: Template, new: Template) -> Iterator[str]:
    """Source texts that are likely to evaluate to the new template; whether one does is for the caller to check.

    Args:
        source: the text of the expression now.
        old: what it evaluates to.
        new: what it shall evaluate to; its holes are some of the old ones.
    """
    found = literals(source, iter(holes(old)))
    spelled = {atom.value: source[atom.start : atom.end] for part in found for atom in part.atoms}
    ways = chain(
        _edited(source, found, old, new, spelled),
        _reshaped(source, found, new, spelled),
        _fresh(found, new, spelled),
        _fresh(found, new, {}),
    )
    return (way for way in ways if way is not None)


def _edited(
    source: str, found: Sequence[StringLiteral], old: Template, new: Template, spelled: Spelled
) -> Iterator[str | None]:
    """The words that differ, changed inside the literals where they stand."""
    if template(atom.value for part in found for atom in part.atoms) != old:
        return
    changes = list(_changes(_words(old), _words(new)))
    for careful in (False, True):
        edits = [_edits(found, lo, hi, inserted, spelled, careful) for lo, hi, inserted in changes]
        yield None if None in edits else _applied(source, [edit for some in edits for edit in some or ()])


def _words(pieces: Template) -> list[Piece]:
    return [word for piece in pieces for word in (_WORD.findall(piece) if isinstance(piece, str) else [piece])]


def _is_blank(word: Piece) -> bool:
    return word == " "  # as an anchor of the comparison it tells nothing, and makes it slow


def _changes(old: Sequence[Piece], new: Sequence[Piece]) -> Iterator[tuple[int, int, Template]]:
    """Spans of the old text, in characters and holes, and what takes their place."""
    offsets = [0, *accumulate(len(word) if isinstance(word, str) else 1 for word in old)]
    for tag, i1, i2, j1, j2 in SequenceMatcher(_is_blank, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield offsets[i1], offsets[i2], template(new[j1:j2])


def _edits(
    found: Sequence[StringLiteral], lo: int, hi: int, inserted: Template, spelled: Spelled, careful: bool
) -> list[Edit] | None:
    """One change as edits: cut what goes from each literal, and insert into the first that can hold it."""
    edits: list[Edit] = []
    pending = inserted
    begin = 0
    for part in found:
        first, last = max(lo - begin, 0), min(hi - begin, len(part.atoms))
        begin += len(part.atoms)
        if first > last or (first == last and (hi > lo or not pending)):
            continue
        if part.is_code:
            if last > first:
                return None
            continue
        text = _content(pending, part.prefix, part.quote, spelled, careful)
        if text is not None:
            pending = ()
        start = part.atoms[first].start if first < len(part.atoms) else part.content_end
        edits.append((start, part.atoms[last - 1].end if last > first else start, text or ""))
    return None if pending else edits


def _content(pieces: Template, prefix: str, quote: str, spelled: Spelled, careful: bool) -> str | None:
    """The pieces as they stand inside a literal, or None where they can't."""
    texts = []
    for piece in pieces:
        if isinstance(piece, Hole):
            texts.append(spelled.get(piece, piece.raw) if "f" in prefix else None)
        else:
            texts.append(spell(piece, prefix, quote, careful))
    return None if None in texts else "".join(text or "" for text in texts)


def _applied(source: str, edits: Sequence[Edit]) -> str:
    for start, end, text in sorted(edits, reverse=True):
        source = source[:start] + text + source[end:]
    return source


def _reshaped(source: str, found: Sequence[StringLiteral], new: Template, spelled: Spelled) -> Iterator[str | None]:
    """Several literals again, one for each line, set apart as the first two are."""
    if len(found) < 2 or any(part.is_code for part in found):
        return
    apart = source[found[0].end : found[1].start]
    quote = found[0].quote[0]
    if "#" not in apart:
        lines = [_literal(line, quote, spelled, "f" if holes(line) else "", True) for line in _lines(new)]
        yield None if None in lines else apart.join(line or "" for line in lines)


def _lines(pieces: Template) -> Iterator[Template]:
    line: list[Piece] = []
    for piece in pieces:
        for text in _LINE.findall(piece) if isinstance(piece, str) else [piece]:
            line.append(text)
            if isinstance(text, str) and text.endswith("\n"):
                yield template(line)
                line = []
    if line:
        yield template(line)


def _fresh(found: Sequence[StringLiteral], new: Template, spelled: Spelled) -> Iterator[str | None]:
    """One new literal, in the quotes that need the fewest escapes."""
    prefix = "f" if holes(new) or any("f" in part.prefix for part in found) else ""
    usual = next(part.quote for part in found if part.quote)
    for quote in sorted(QUOTES, key=lambda quote: _awkwardness(quote, usual, new, spelled)):
        for careful in (False, True):
            yield _literal(new, quote, spelled, prefix, careful)


def _awkwardness(quote: str, usual: str, new: Template, spelled: Spelled) -> tuple[int, bool, int, bool]:
    text = "".join(piece for piece in new if isinstance(piece, str))
    clashes = sum(quote[0] in spelled.get(hole, hole.raw) for hole in holes(new))
    return clashes, ("\n" in text) != (len(quote) == 3), text.count(quote), quote[0] != usual[0]


def _literal(pieces: Template, quote: str, spelled: Spelled, prefix: str, careful: bool) -> str | None:
    content = _content(pieces, prefix, quote, spelled, careful)
    return None if content is None else prefix + quote + content + quote
