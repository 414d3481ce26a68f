"""Values that a proposer could propose, each with a marker that shows where it arrives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

MARK = "[[{}]]"


def arrived(number: int, text: str) -> bool:
    """Whether a marker is in what was sent."""
    return MARK.format(number) in text


def marked(parameter: Any, number: int) -> str | None:
    """The parameter's text with a marker in it, or None where every way is refused."""
    return next((value for value in _ways(parameter, number) if not parameter.problem(value)), None)


def refusal(parameter: Any, number: int) -> str:
    """Why the plainest way is refused."""
    return str(next((parameter.problem(value) for value in _ways(parameter, number)), "no words to mark"))


def _ways(parameter: Any, number: int) -> Iterator[str]:
    holes = "|".join(re.escape("{" + slot + "}") for slot in parameter.slots)
    pieces = re.split(f"({holes})", parameter.default) if holes else [parameter.default]
    worded = [n for n in range(0, len(pieces), 2) if re.search(r"\w", pieces[n])]
    begin: Callable[[str], str] = lambda text: re.sub(r"^(\s*)", rf"\1{MARK.format(number)} ", text)  # noqa: E731
    end: Callable[[str], str] = lambda text: re.sub(r"(\s*)$", rf" {MARK.format(number)}\1", text, count=1)  # noqa: E731
    inside: Callable[[str], str] = lambda text: re.sub(r"(\w)(\s)", rf"\1 {MARK.format(number)}\2", text, count=1)  # noqa: E731
    if worded:
        first, last = worded[0], worded[-1]
        yield _changed(_changed_list(pieces, first, begin), last, end)
        yield _changed(pieces, first, begin)
        yield _changed(pieces, last, end)
    for n in worded:
        yield _changed(pieces, n, inside)


def _changed_list(pieces: list[str], at: int, change: Callable[[str], str]) -> list[str]:
    return [change(piece) if n == at else piece for n, piece in enumerate(pieces)]


def _changed(pieces: list[str], at: int, change: Callable[[str], str]) -> str:
    return "".join(_changed_list(pieces, at, change))
