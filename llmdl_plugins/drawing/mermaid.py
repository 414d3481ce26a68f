"""Boxes as a flow chart in mermaid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from llmdl_plugins.drawing.outline import Box


def mermaid(box: Box) -> str:
    """The text of a chart."""
    lines = ["flowchart TD", "    start([state]) --> n0", *_drawn(box, "n0", 1), "    n0 --> stop([update])"]
    return "\n".join(lines) + "\n"


def beneath(chart: str, boxes: Sequence[Box]) -> str:
    """A chart, and boxes beside it."""
    return "\n".join(
        [chart.rstrip("\n"), *(line for n, box in enumerate(boxes) for line in _drawn(box, f"box{n}", 1)), ""]
    )


def _drawn(box: Box, at: str, depth: int) -> Iterator[str]:
    indent, label = "    " * depth, _label("<br>".join((box.title, *box.told)))
    if not box.inside:
        yield f"{indent}{at}[{label}]"
        return
    yield f"{indent}subgraph {at}[{label}]"
    names = [f"{at}_{n}" for n in range(len(box.inside))]
    for name, inner in zip(names, box.inside, strict=True):
        yield from _drawn(inner, name, depth + 1)
    if box.in_order:
        yield from (f"{indent}    {a} --> {b}" for a, b in pairwise(names))
    yield f"{indent}end"


def _label(text: str) -> str:
    return '"' + text.replace('"', "#quot;") + '"'
