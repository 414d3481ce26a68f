"""Pieces of a source as they are written out: without annotations, with values in place of parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmdl_plugins.standalone.source import Source

_EQUALS = re.compile(rb" = ")
Functions = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Edit:
    """Bytes of a source, and what stands in their place."""

    start: int
    end: int
    text: str = ""


class Cutter:
    """Cuts pieces out of one source.

    Args:
        source: the module.
        parameters: attributes of layers that hold parameters: `self.x.value` is written as `self.x`.
        moved: a module of ours → the one that it is written to.
    """

    def __init__(self, source: Source, parameters: frozenset[str], moved: dict[str, str]) -> None:
        self._raw, self.parameters, self.moved = source.text.encode(), parameters, moved
        names = "|".join(map(re.escape, sorted(parameters))) or "(?!)"
        self._read = re.compile(rf"(self\.(?:{names}))\.value\b".encode())
        self._lines = [0]
        for line in self._raw.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def piece(self, node: ast.stmt, strip: bool = True) -> str:
        """The text of whole lines of a definition.

        Args:
            node: the definition.
            strip: without annotations; a dataclass and a pydantic model need theirs.
        """
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
        start, end = self._lines[first - 1], self._lines[node.end_lineno or node.lineno]
        text, at = b"", start
        for edit in sorted(set(self._edits(node, strip)), key=lambda one: one.start):
            text += self._raw[at : edit.start] + edit.text.encode()
            at = edit.end
        return (text + self._raw[at:end]).decode().rstrip("\n")

    def _edits(self, node: ast.stmt, strip: bool) -> Iterator[Edit]:
        for one in ast.walk(node):
            if isinstance(one, Functions | ast.ClassDef):
                yield from self._docstring(one)
            if strip and isinstance(one, Functions):
                yield from self._annotations(one)
            if strip and isinstance(one, ast.AnnAssign) and one.value is not None:
                yield Edit(self._end(one.target), self._end(one.annotation))
            if isinstance(one, ast.ImportFrom) and one.module in self.moved:
                yield Edit(
                    self._start(one), self._start(one) + len(f"from {one.module}"), f"from {self.moved[one.module]}"
                )
            yield from self._values(one)

    def _docstring(self, node: Functions | ast.ClassDef) -> Iterator[Edit]:
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            yield Edit(self._start(first), self._end(first), f'"""{first_line(first.value.value)}"""')

    def _annotations(self, node: Functions) -> Iterator[Edit]:
        given = node.args
        for arg in filter(None, (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)):
            if arg.annotation is not None:
                end = self._end(arg.annotation)
                equals = _EQUALS.match(self._raw, end)
                name = self._start(arg) + len(arg.arg.encode())
                yield Edit(name, equals.end(), "=") if equals else Edit(name, end)
        if node.returns is not None:
            arrow = self._raw.rindex(b"->", 0, self._start(node.returns))
            yield Edit(len(self._raw[:arrow].rstrip()), self._end(node.returns))

    def _values(self, node: ast.AST) -> Iterator[Edit]:
        match node:
            case ast.JoinedStr():  # before Python 3.12 nothing tells where its parts stand
                start = self._start(node)
                for found in self._read.finditer(self._raw[start : self._end(node)]):
                    yield Edit(start + found.end(1), start + found.end())
            case ast.Attribute(attr="value", value=ast.Attribute(value=ast.Name(id="self"), attr=name) as read):
                if name in self.parameters and self._raw[self._end(read) : self._end(node)] == b".value":
                    yield Edit(self._end(read), self._end(node))

    def _start(self, node: ast.expr | ast.stmt | ast.arg) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr | ast.stmt | ast.arg) -> int:
        return self._lines[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)


def first_line(docstring: str) -> str:
    """The first sentence of a docstring, on one line.

    >>> first_line(" One thing.  Another.\\n\\n  Args: …")
    'One thing.  Another.'
    """
    return docstring.strip().splitlines()[0].replace("\\", "\\\\").replace('"""', "'''") if docstring.strip() else ""
