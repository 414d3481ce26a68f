"""A template: literal text and the holes that are filled at run time."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast


@dataclass(frozen=True)
class Hole:
    """A place in a template that is filled at run time.

    Args:
        raw: as the template writes it, delimiters included: `{state['topic']!r}`, `%(topic)s`.
        expression: what fills it: `state['topic']`, `topic`.
    """

    raw: str
    expression: str


Piece = str | Hole
Template = tuple[Piece, ...]
Span = tuple[int, int, int, int]
_EVERY = "llmdl_every"


def parsed(source: str) -> ast.Module:
    """The syntax tree of a source, without the warnings that are its author's business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def every(node: ast.AST) -> list[ast.AST]:
    """The nodes of `ast.walk`; a tree is walked once, whoever asks."""
    if (known := vars(node).get(_EVERY)) is None:
        known = vars(node)[_EVERY] = list(ast.walk(node))
    return cast(list[ast.AST], known)


def compiles(source: str) -> bool:
    """Whether a source that can be parsed can be compiled too: a docstring with half a surrogate pair can't."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "<patched>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)  # cells may await
        except (SyntaxError, ValueError):
            return False
    return True


def template(pieces: Iterable[Piece]) -> Template:
    """The pieces in order, neighbouring texts joined and empty ones dropped."""
    joined: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        elif piece:
            joined.append(piece)
    return tuple(joined)


@dataclass(frozen=True)
class Operand:
    """One part of an expression that makes a text.

    Args:
        node: its expression; None for what a `join` puts between two others.
        text: what a `join` puts there.
        is_literal: whether its text stands in the source.
    """

    node: ast.expr | None
    text: str = ""
    is_literal: bool = True

    @property
    def pieces(self) -> Template:
        """What it adds to the text; code is one hole."""
        match self.node:
            case ast.Constant(value=value):
                return template([str(value)])
            case ast.JoinedStr(values=values):
                return template(_fstring_piece(value) for value in values)
            case None:
                return template([self.text])
        return (_code(self.node),)


def operands(node: ast.AST) -> list[Operand]:
    """The parts of an expression in order: literals, f-strings, and the code that `+` or `join` puts beside them."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return [Operand(node)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            found = operands(left) + operands(right)
            return found if _has_literal(found) else [Operand(node, is_literal=False)]
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str(between)), attr="join"),
            args=[ast.List(elts=elts) | ast.Tuple(elts=elts)],
            keywords=[],
        ) if not any(isinstance(element, ast.Starred) for element in elts):
            return _joined([operands(element) for element in elts], between)
        case ast.expr():
            return [Operand(node, is_literal=False)]
    return []


def of_expression(node: ast.AST) -> Template | None:
    """The template that an expression evaluates to, or None where no literal is part of it."""
    found = operands(node)
    return template(piece for part in found for piece in part.pieces) if _has_literal(found) else None


def _has_literal(found: Iterable[Operand]) -> bool:
    return any(part.is_literal and part.node is not None for part in found)


def _joined(elements: list[list[Operand]], between: str) -> list[Operand]:
    separated = [[*([Operand(None, between)] if n else []), *parts] for n, parts in enumerate(elements)]
    return [part for parts in separated for part in parts]


def _code(node: ast.expr) -> Hole:
    expression = ast.unparse(node)
    return Hole("{" + _apart(expression) + expression + "}", expression)


def holes(pieces: Template) -> tuple[Hole, ...]:
    """The holes in order, as often as they occur."""
    return tuple(piece for piece in pieces if isinstance(piece, Hole))


def double_braces(text: str) -> str:
    """A literal as f-strings and `str.format` write it."""
    return text.replace("{", "{{").replace("}", "}}")


def _fstring_piece(node: ast.expr) -> Piece:
    match node:
        case ast.Constant(value=value):
            return str(value)
        case ast.FormattedValue():
            return _hole(node)
    raise TypeError(f"an f-string can't hold {type(node).__name__}")


def _hole(node: ast.FormattedValue) -> Hole:
    expression = ast.unparse(node.value)
    conversion = "" if node.conversion == -1 else f"!{chr(node.conversion)}"
    spec = "" if node.format_spec is None else ":" + _spec(node.format_spec)
    return Hole("{" + _apart(expression) + expression + conversion + spec + "}", expression)


def _apart(expression: str) -> str:
    return " " if expression.startswith("{") else ""  # "{{" would be a literal brace


def _spec(node: ast.expr) -> str:
    pieces = of_expression(node) or ()
    return "".join(piece.raw if isinstance(piece, Hole) else piece for piece in pieces)


def offsets(source: str, span: Span) -> tuple[int, int]:
    """A span in characters; `ast` counts columns in UTF-8 bytes."""
    lines = source.split("\n")
    starts = [sum(len(line) + 1 for line in lines[: row - 1]) for row in (span[0], span[2])]
    columns = [len(lines[row - 1].encode()[:column].decode()) for row, column in (span[:2], span[2:])]
    return starts[0] + columns[0], starts[1] + columns[1]


def position(text: str, at: int) -> tuple[int, int]:
    """The line, from 1, and the column, from 0, of a character of a text file."""
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1)
