"""The syntaxes in which a template can be written, and how each reads and writes one."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.wording.template import Hole, Piece, Template, double_braces, template

_PRIVATE = 0xE000  # private use characters stand for holes where the text is read a second time
_FIELD = re.compile(r"(\d*|[^\W\d]\w*)((\.[^\W\d]\w*|\[[\w-]+\])*)")
_PERCENT = re.compile(r"%(?:(?P<escaped>%)|(?:\((?P<name>[^()]+)\))?[-+0#]*\d*(?:\.\d+)?[sdrifgeFGEaxXou]|(?P<odd>))")
_DOUBLE = re.compile(r"\{\{\s*(?P<name>[^\W\d][\w.]*)\s*\}\}|(?P<odd>\{\{|\{%|\{#|\r)")


@dataclass(frozen=True)
class Syntax:
    """One way to write a template.

    Args:
        name: how it is called in messages.
        read: a raw text as a template, or None where the text is not in this syntax.
        escape: a literal as this syntax writes it.
    """

    name: str
    read: Callable[[str], Template | None]
    escape: Callable[[str], str] = str

    def write(self, pieces: Template) -> str:
        """The raw text that reads as this template.

        Raises:
            CannotExportError: no text of this syntax does.
        """
        raw = "".join(piece.raw if isinstance(piece, Hole) else self.escape(piece) for piece in pieces)
        if self.read(raw) != pieces:
            raise CannotExportError(f"{self.name} can't say {raw[:60]!r}: {self._why(pieces)}")
        return raw

    def _why(self, pieces: Template) -> str:
        if any(isinstance(piece, str) and ("{{" in piece or "{%" in piece) for piece in pieces):
            return "it has no escape for these braces, write the text without them."
        return "keep the order of its slots, and no delimiter of its own beside them."


def _plain(raw: str) -> Template:
    return template([raw])


def _format(raw: str) -> Template | None:
    try:
        fields = list(string.Formatter().parse(raw))
    except ValueError:
        return None
    if not all(name is None or _FIELD.fullmatch(name) for _, name, _, _ in fields):
        return None
    auto = iter(range(len(fields)))
    return template(piece for field in fields for piece in _format_pieces(*field, auto))


def _format_pieces(
    text: str, name: str | None, spec: str | None, conversion: str | None, auto: Iterator[int]
) -> Iterator[Piece]:
    yield text
    if name is not None:
        raw = "{" + name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "") + "}"
        positional = name if not name or name[0].isdigit() else None
        yield Hole(raw, name if positional is None else f"arg{name or next(auto)}")


def _percent(raw: str) -> Template | None:
    count = iter(range(len(raw)))
    return _scan(_PERCENT, raw, lambda m: "%" if m["escaped"] else Hole(m[0], m["name"] or f"arg{next(count)}"))


def _double(raw: str) -> Template | None:
    # Neither language tells its templates apart from the other's, so a text has to be right in both.
    if "{{{" in raw:
        return None
    return _scan(_DOUBLE, raw, lambda m: Hole(m[0], m["name"]))


def _scan(pattern: re.Pattern[str], raw: str, piece: Callable[[re.Match[str]], Piece]) -> Template | None:
    found: list[Piece] = []
    at = 0
    for match in pattern.finditer(raw):
        if match["odd"] is not None:
            return None
        found += [raw[at : match.start()], piece(match)]
        at = match.end()
    return template([*found, raw[at:]])


PLAIN = Syntax("plain text", _plain)
FORMAT = Syntax("str.format", _format, double_braces)
PERCENT = Syntax("%-format", _percent, lambda text: text.replace("%", "%%"))
DOUBLE_BRACES = Syntax("mustache or jinja2", _double)


def fstring(known: Sequence[Hole]) -> Syntax:
    """The f-string syntax with the expressions that one f-string may use."""
    by_raw = {hole.raw: hole for hole in known}
    names = "|".join(re.escape(raw) for raw in sorted(by_raw, key=len, reverse=True))
    pattern = re.compile(rf"(?P<hole>{names or '(?!)'})|(?P<brace>\{{\{{|\}}\}})|(?P<odd>[{{}}])")
    return Syntax("an f-string", lambda raw: _scan(pattern, raw, lambda m: by_raw.get(m[0]) or m[0][0]), double_braces)


def fstring_then_format(known: Sequence[Hole]) -> Syntax:
    """The syntax of an f-string whose text is formatted once more: `f"Today is {day}. {{question}}"`."""
    inner = fstring(known)
    marks = {chr(_PRIVATE + n): hole for n, hole in enumerate(dict.fromkeys(known))}

    def read(raw: str) -> Template | None:
        pieces = None if any(mark in raw for mark in marks) else inner.read(raw)
        if pieces is None:
            return None
        by_hole = {hole: mark for mark, hole in marks.items()}
        fields = _format("".join(by_hole[p] if isinstance(p, Hole) else p for p in pieces))
        return fields and template(piece for field in fields for piece in _unmarked(field, marks))

    return Syntax("an f-string that is formatted", read, lambda text: double_braces(double_braces(text)))


def _unmarked(piece: Piece, marks: dict[str, Hole]) -> Iterator[Piece]:
    if isinstance(piece, Hole):
        yield Hole(double_braces(piece.raw), piece.expression)
        return
    for char in piece:
        yield marks.get(char, char)


def replaced(tokens: Sequence[str]) -> Syntax:
    """The syntax in which `.replace(token, value)` fills each token."""
    longest_first = sorted(set(tokens), key=len, reverse=True)
    pattern = re.compile("(?P<odd>(?!))|" + "|".join(re.escape(token) for token in longest_first))
    return Syntax("text with .replace(...)", lambda raw: _scan(pattern, raw, lambda m: Hole(m[0], m[0])))
