"""The string literals of an expression, character by character, and how to spell text inside one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmdl_langgraph.wording.template import Hole, double_braces, offsets, operands, parsed

_OPEN = re.compile(r"(?P<prefix>[rRuUfF]{0,2})(?P<quote>'''|\"\"\"|'|\")")
_BETWEEN = re.compile(r"(?:\s|\\\r?\n|#[^\n]*)*")
_ESCAPE = re.compile(r"\\(?:\n|[\\'\"abfnrtv]|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]+\})")


@dataclass(frozen=True)
class Atom:
    """One character or hole of a literal, and where the source spells it."""

    value: str | Hole
    start: int
    end: int


@dataclass(frozen=True)
class StringLiteral:
    """One string literal in a source text; or the code beside literals, which has no quotes and stays as it is.

    Args:
        prefix: such as `f` or `rb`, in lower case.
        quote: the quotes around it; "" for code, and for what a `join` puts between.
        start, end: its span in the source text.
        atoms: its content.
    """

    prefix: str
    quote: str
    start: int
    end: int
    atoms: tuple[Atom, ...]

    @property
    def is_code(self) -> bool:
        """Whether no text can be written here."""
        return not self.quote

    @property
    def content_end(self) -> int:
        """Where the closing quote begins."""
        return self.end - len(self.quote)


def literals(source: str, holes: Iterator[Hole]) -> list[StringLiteral]:
    """The literals of an expression, and the code beside them, in order.

    Args:
        source: the text of the expression.
        holes: what is code in it, in order.
    """
    found: list[StringLiteral] = []
    for part in operands(_expression(source)):
        at = found[-1].end if found else 0
        if part.node is None:
            found.append(StringLiteral("", "", at, at, tuple(Atom(char, at, at) for char in part.text)))
        elif part.is_literal:
            found += _quoted(source, *_span(source, part.node), holes)
        else:
            start, end = _span(source, part.node)
            found.append(StringLiteral("", "", start, end, (Atom(next(holes), start, end),)))
    return found


def _expression(source: str) -> ast.expr:
    return ast.parse(f"({source}\n)", mode="eval").body


def _span(source: str, node: ast.expr) -> tuple[int, int]:
    """Where a node of the parenthesised source stands in the source, in characters."""
    end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    start, stop = offsets(f"({source}", (node.lineno, node.col_offset, *end))
    return start - 1, stop - 1


def _quoted(source: str, start: int, end: int, holes: Iterator[Hole]) -> Iterator[StringLiteral]:
    """The literals that stand side by side in a span."""
    at = start
    while at < end and (opened := _OPEN.match(source, at)):
        literal = _literal(source, opened, holes)
        yield literal
        at = _skip(_BETWEEN, source, literal.end)


def spell(text: str, prefix: str, quote: str, careful: bool = False) -> str | None:
    """A text as it stands inside a literal, or None where that can't be.

    Args:
        text: what to say.
        prefix: the prefix of the literal, in lower case.
        quote: its quotes.
        careful: escape every quote, also where that is needed only beside another quote.
    """
    triple = len(quote) == 3
    if "f" in prefix:
        text = double_braces(text)
    if "r" in prefix:
        return text if all(_is_plain(char, triple) for char in text) else None
    text = text.replace("\\", "\\\\")
    risky = quote[0] if careful else quote
    text = text.replace(risky, "".join("\\" + char for char in risky))
    return "".join(char if _is_plain(char, triple) else _escaped(char) for char in text)


def _is_plain(char: str, triple: bool) -> bool:
    return char.isprintable() or (triple and char in "\n\t")


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()


def _skip(pattern: re.Pattern[str], source: str, at: int) -> int:
    match = pattern.match(source, at)
    return match.end() if match else at


def _literal(source: str, opened: re.Match[str], holes: Iterator[Hole]) -> StringLiteral:
    prefix, quote = opened["prefix"].lower(), opened["quote"]
    at = opened.end()
    atoms: list[Atom] = []
    while not source.startswith(quote, at):
        atoms += _atoms(source, at, prefix, quote, holes)
        at = atoms[-1].end
    return StringLiteral(prefix, quote, opened.start(), at + len(quote), tuple(a for a in atoms if a.value))


def _atoms(source: str, at: int, prefix: str, quote: str, holes: Iterator[Hole]) -> list[Atom]:
    if "f" in prefix and source.startswith(("{{", "}}"), at):
        return [Atom(source[at], at, at + 2)]
    if "f" in prefix and source[at] == "{":
        return [Atom(next(holes), at, _hole_end(source, at, prefix + quote, quote))]
    if "r" in prefix and source.startswith(("\\'", '\\"', "\\\\"), at):  # the backslash stays, yet the quote is no end
        return [Atom(source[at], at, at + 1), Atom(source[at + 1], at + 1, at + 2)]
    if "r" not in prefix and (escape := _ESCAPE.match(source, at)):
        return [Atom(ast.literal_eval(f"'''{escape[0]}'''"), at, escape.end())]
    return [Atom(source[at], at, at + 1)]


def _hole_end(source: str, at: int, opening: str, closing: str) -> int:
    """Behind the first `}` that makes the text from here on a whole hole: only the parser knows which."""
    ends = (match.end() for match in re.finditer("}", source[at:]))
    return next(at + end for end in ends if _is_hole(opening + source[at : at + end] + closing))


def _is_hole(literal: str) -> bool:
    try:
        return any(isinstance(node, ast.FormattedValue) for node in ast.walk(parsed(literal)))
    except (SyntaxError, ValueError):
        return False
