"""Where code in the slots of f-strings stands: before Python 3.12 its parser tells that wrong, so it is read anew."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import chain

from llmdl_langgraph.wording.literals import StringLiteral, literals, spell
from llmdl_langgraph.wording.template import every, holes, of_expression, offsets, parsed, position

TELLS = sys.version_info >= (3, 12)  # whether Python's parser tells it right, and takes any text there
AROUND = "llmdl_around"
QUOTES = ('"', "'", '"""', "'''")

_ENDS = re.compile(r"[}!:=]")


def tree_of(source: str) -> ast.Module:
    """The syntax tree of a source, with what stands in the slots of f-strings at its place where it holds texts."""
    tree = parsed(source)
    if not TELLS:
        _put_right(tree, source)
    return tree


def is_placed(slot: ast.FormattedValue) -> bool:
    """Whether the places of the code in a slot are known."""
    return TELLS or AROUND in vars(slot)


def around(slot: ast.FormattedValue) -> str:
    """The quotes that code in a slot has to leave alone; "" where it may hold any."""
    return str(vars(slot).get(AROUND, ""))


def clashes(written: str, around: str) -> bool:
    """Whether an expression can't stand in a slot inside these quotes."""
    return around in written or "\\" in written or ("\n" in written and len(around) < 3)


def can_hold(text: str, around: str) -> bool:
    """Whether some literal inside these quotes can say a text."""
    ways = ((quote, spell(text, prefix, quote)) for prefix in ("", "r") for quote in QUOTES)
    return any(way is not None and not clashes(f"{quote}{way}{quote}", around) for quote, way in ways)


def _put_right(tree: ast.AST, source: str) -> None:
    """Give the nodes in slots their places, and each such slot the quotes around it."""
    for node in _outermost(tree):
        if any(_says(slot) for slot in node.values):
            start, end = offsets(source, (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0))
            parts = literals(source[start:end], iter(holes(of_expression(node) or ())))
            _place(node, source, start, parts)


def _outermost(node: ast.AST) -> Iterator[ast.JoinedStr]:
    if isinstance(node, ast.JoinedStr):
        return iter((node,))
    return chain.from_iterable(map(_outermost, ast.iter_child_nodes(node)))


def _says(slot: ast.expr) -> bool:
    texts = (
        (n.value for n in every(slot) if isinstance(n, ast.Constant)) if isinstance(slot, ast.FormattedValue) else ()
    )
    return any(isinstance(text, str) and " " in text.strip() for text in texts)


def _place(node: ast.JoinedStr, source: str, start: int, parts: Sequence[StringLiteral]) -> None:
    written = [(atom, part.quote) for part in parts for atom in part.atoms if not isinstance(atom.value, str)]
    slots = [piece for piece in node.values if isinstance(piece, ast.FormattedValue)]
    for slot, (atom, quote) in zip(slots, written, strict=True):
        begin = start + atom.start + 1
        if _says(slot) and (read := _read(source[begin : start + atom.end], slot.value)):
            vars(slot)[AROUND] = quote
            _moved(slot.value, read, position(source, begin), source)


def _read(written: str, value: ast.expr) -> ast.expr | None:
    """The code of a slot, read by itself: up to where a conversion, a format or the end begins."""
    for end in _ENDS.finditer(written):
        try:
            tree = tree_of(f"({written[: end.start()]})")
        except (SyntaxError, ValueError):
            continue
        match tree.body:
            case [ast.Expr(value=read)] if ast.dump(read) == ast.dump(value):
                return read
    return None


def _moved(value: ast.expr, read: ast.expr, at: tuple[int, int], source: str) -> None:
    """Give each node of a slot the place of its like in the code read by itself, counted from where that begins."""
    row, column = at
    before = len(source.split("\n")[row - 1][:column].encode()) - 1  # columns are in bytes; one is the parenthesis
    for node, like in zip(ast.walk(value), ast.walk(read), strict=True):
        if isinstance(node, ast.expr) and isinstance(like, ast.expr):
            node.lineno, node.end_lineno = row + like.lineno - 1, row + (like.end_lineno or like.lineno) - 1
            node.col_offset = like.col_offset + (before if like.lineno == 1 else 0)
            node.end_col_offset = (like.end_col_offset or 0) + (before if like.end_lineno == 1 else 0)
        vars(node).update({AROUND: vars(like)[AROUND]} if AROUND in vars(like) else {})
