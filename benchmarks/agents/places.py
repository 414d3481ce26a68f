"""Labelled places: which sites cover them, and whether their text is ever sent."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import notebook
import tree
from spec import Agent


@dataclass(frozen=True)
class Place:
    """Where a labelled prompt begins, in the copy of the agent's files."""

    label: str
    file: Path
    line: int

    def is_covered(self, site: Any) -> bool:
        """Whether a site holds this line."""
        return bool(Path(site.file) == self.file and site.span[0] <= self.line <= site.span[2])


def places(of: Agent, root: Path) -> list[Place]:
    """The labelled prompts of an agent."""
    return [_place(label, root) for label in of.prompts]


def _place(label: str, root: Path) -> Place:
    if found := re.fullmatch(r"(.+\.ipynb):(\d+):(\d+)", label):
        book = root / found[1]
        start = notebook.code(book)[1][int(found[2])]
        return Place(label, tree.as_module(book), start + int(found[3]) - 1)
    path, _, line = label.rpartition(":")
    return Place(label, root / path, int(line))


def holders(labelled: Sequence[Place], parameters: Sequence[tuple[str, Sequence[Any]]]) -> list[str | None]:
    """For each place the name of the parameter that holds it; places on one line get different sites.

    Args:
        labelled: the places.
        parameters: name and sites of each parameter, the trainable ones first.
    """
    taken: dict[Place, set[int]] = {}
    return [_holder(place, parameters, taken.setdefault(place, set())) for place in labelled]


def _holder(place: Place, parameters: Sequence[tuple[str, Sequence[Any]]], taken: set[int]) -> str | None:
    for name, sites in parameters:
        for site in sites:
            if id(site) not in taken and place.is_covered(site):
                taken.add(id(site))
                return name
    return None


def is_sent(place: Place, sent: str) -> bool:
    """Whether a long piece of the text at a place is in what was sent; white space does not count."""
    pieces = sorted((_squeezed(piece) for piece in _pieces(place)), key=len, reverse=True)
    return any(piece in sent for piece in pieces[:4] if len(piece) >= 6)


def squeezed(calls: Sequence[Any]) -> str:
    """All texts of the calls, as `is_sent` takes them."""
    return _squeezed(" ".join(_texts([[message["content"] for message in call["messages"]] for call in calls])))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    for one in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from _texts(one)


def _pieces(place: Place) -> Iterator[str]:
    source = place.file.read_text("utf-8")
    if place.file.suffix != ".py":
        yield from re.split(r"\{+.*?\}+|\\n|\",?$|^\s*\"\w+\":\s*\"|\$\{?\w+\}?", source.splitlines()[place.line - 1])
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _holds(node, place.line):
            yield from re.split(r"\{+.*?\}+|\n|%s|<<.*?>>", node.value)


def _holds(node: ast.expr, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)
