"""A template: literal text and the holes that are filled at run time."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from dataclasses import dataclass


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


def parsed(source: str) -> ast.Module:
    """The syntax tree of a source, without the warnings that are its author's business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


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


def of_expression(node: ast.AST) -> Template | None:
    """The template that an expression evaluates to, or None where it is more than literals, f-strings and `+`."""
    match node:
        case ast.Constant(value=str(text)):
            return template([text])
        case ast.JoinedStr(values=values):
            return template(_fstring_piece(value) for value in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = of_expression(left), of_expression(right)
            return None if first is None or second is None else template(first + second)
    return None


def holes(pieces: Template) -> tuple[Hole, ...]:
    """The holes in order, as often as they occur."""
    return tuple(piece for piece in pieces if isinstance(piece, Hole))


def is_fstring(node: ast.AST) -> bool:
    """Whether an f-string is part of the expression."""
    return any(isinstance(part, ast.JoinedStr) for part in ast.walk(node))


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
    apart = " " if expression.startswith("{") else ""  # "{{" would be a literal brace
    return Hole("{" + apart + expression + conversion + spec + "}", expression)


def _spec(node: ast.expr) -> str:
    pieces = of_expression(node) or ()
    return "".join(piece.raw if isinstance(piece, Hole) else piece for piece in pieces)
