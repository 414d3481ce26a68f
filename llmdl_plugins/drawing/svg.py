"""Boxes within boxes, and nodes with edges, as SVG: readable where no browser runs scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from llmdl_plugins.drawing.outline import Box
from llmdl_plugins.printable import printable

_SIZE = re.compile(r'width="(\d+)" height="(\d+)"')
LETTER, LINE, PAD, GAP = 7.3, 18.0, 12.0, 22.0
STYLE = (
    "text{font:13px ui-monospace,monospace;fill:#1b1f24}.told{fill:#57606a;font-size:12px}"
    "rect{fill:#f6f8fa;stroke:#8c959f;rx:6}path{fill:none;stroke:#57606a;marker-end:url(#to)}"
    ".back{stroke-dasharray:4 3}"
)
ARROW = (
    '<marker id="to" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<polygon points="0,0 8,4 0,8" fill="#57606a"/></marker>'
)


@dataclass(frozen=True)
class Placed:
    """A box with its size, and where its inner ones stand in it."""

    box: Box
    width: float
    height: float
    inside: tuple[tuple[float, float, Placed], ...]


def nested(box: Box) -> str:
    """Boxes within boxes: what runs in order stands one below the other."""
    placed = place(box)
    return _page(placed.width + 2 * GAP, placed.height + 2 * GAP, _boxes(placed, GAP, GAP))


def place(box: Box) -> Placed:
    """A box, large enough for its text and for what is in it."""
    inner = [place(one) for one in box.inside]
    text = LETTER * max(map(len, (box.title, *box.told)))
    head = LINE * (1 + len(box.told)) + PAD
    if box.in_order:
        width = max([text, *(one.width for one in inner)]) + 2 * PAD
        tops = [head + sum(one.height + GAP for one in inner[:n]) for n in range(len(inner))]
        at = [((width - one.width) / 2, top) for one, top in zip(inner, tops, strict=True)]
        height = head + sum(one.height + GAP for one in inner) - GAP + PAD if inner else head
    else:
        across = sum(one.width + PAD for one in inner) - PAD if inner else 0.0
        width = max(text, across) + 2 * PAD
        lefts = [(width - across) / 2 + sum(one.width + PAD for one in inner[:n]) for n in range(len(inner))]
        at = [(left, head) for left in lefts]
        height = head + max(one.height for one in inner) + PAD if inner else head
    return Placed(box, width, height, tuple((*spot, one) for spot, one in zip(at, inner, strict=True)))


def _boxes(placed: Placed, x: float, y: float) -> Iterator[str]:
    yield f'<g transform="translate({x:.1f},{y:.1f})"><rect width="{placed.width:.1f}" height="{placed.height:.1f}"/>'
    yield _text(PAD, LINE, placed.box.title)
    yield from (_text(PAD, LINE * (n + 2), line, "told") for n, line in enumerate(placed.box.told))
    for left, top, inner in placed.inside:
        yield from _boxes(inner, left, top)
    if placed.box.in_order:
        for (left, top, one), (_, below, _) in zip(placed.inside, placed.inside[1:], strict=False):
            middle = left + one.width / 2
            yield f'<path d="M{middle:.1f},{top + one.height:.1f} V{below:.1f}"/>'
    yield "</g>"


def beneath(page: str, boxes: Sequence[Box]) -> str:
    """A page, and boxes within boxes below it."""
    pages = [page, *map(nested, boxes)]
    sizes = [tuple(map(int, found.groups())) for one in pages if (found := _SIZE.search(one))]
    tops = [sum(height for _, height in sizes[:n]) for n in range(len(pages))]
    placed = [one.replace("<svg ", f'<svg y="{top}" ', 1) for one, top in zip(pages, tops, strict=True)]
    return _page(max(width for width, _ in sizes), sum(height for _, height in sizes), placed)


def wired(nodes: Sequence[str], edges: Iterable[tuple[str, str, bool]]) -> str:
    """Nodes in rows, each below those that lead to it.

    Args:
        nodes: their names, in the order in which they were added.
        edges: from, to, and whether it is taken only sometimes.
    """
    known = [(a, b, sometimes) for a, b, sometimes in edges if a in nodes and b in nodes]
    rows = _rows(nodes, known)
    sizes = {name: LETTER * len(name) + 2 * PAD for name in nodes}
    wide = max(sum(sizes[name] + GAP for name in row) - GAP for row in rows) if rows else 0.0
    at: dict[str, tuple[float, float]] = {}
    for n, row in enumerate(rows):
        left = 2 * GAP + (wide - sum(sizes[name] + GAP for name in row) + GAP) / 2
        for name in row:
            at[name] = (left, GAP + n * (LINE + PAD + 2 * GAP))
            left += sizes[name] + GAP
    drawn = [_node(name, *at[name], sizes[name]) for name in nodes]
    drawn += [_edge(at, sizes, a, b, sometimes) for a, b, sometimes in known]
    return _page(wide + 4 * GAP, GAP + len(rows) * (LINE + PAD + 2 * GAP), drawn)


def _rows(nodes: Sequence[str], edges: Iterable[tuple[str, str, bool]]) -> list[list[str]]:
    """Each node in the first row below all that lead to it forward, in the order in which they are reached."""
    after: dict[str, list[str]] = {name: [b for a, b, _ in edges if a == name] for name in nodes}
    order: list[str] = []
    under_way: set[str] = set()
    back: set[tuple[str, str]] = set()

    def visit(name: str) -> None:
        under_way.add(name)
        for below in after[name]:
            if below in under_way:
                back.add((name, below))
            elif below not in order:
                visit(below)
        under_way.discard(name)
        order.insert(0, name)

    for name in nodes:
        if name not in order:
            visit(name)
    depth = dict.fromkeys(nodes, 0)
    for name in order:
        for below in after[name]:
            if (name, below) not in back:
                depth[below] = max(depth[below], depth[name] + 1)
    return [[name for name in nodes if depth[name] == n] for n in range(max(depth.values(), default=-1) + 1)]


def _node(name: str, x: float, y: float, width: float) -> str:
    rect = f'<rect width="{width:.1f}" height="{LINE + PAD}"/>'
    return f'<g transform="translate({x:.1f},{y:.1f})">{rect}{_text(PAD, LINE + 2, name)}</g>'


def _edge(at: Mapping[str, tuple[float, float]], sizes: Mapping[str, float], a: str, b: str, sometimes: bool) -> str:
    (left, top), (to, below) = at[a], at[b]
    start, end = left + sizes[a] / 2, to + sizes[b] / 2
    style = ' class="back"' if sometimes else ""
    if below > top:
        bottom, middle = top + LINE + PAD, (top + LINE + PAD + below) / 2
        if below - bottom > 3 * GAP:  # over other rows: around them
            aside = min(left, to) - 2 * GAP
            return (
                f'<path{style} d="M{start:.1f},{bottom} C{aside:.1f},{bottom} {aside:.1f},{below} {end:.1f},{below}"/>'
            )
        return f'<path{style} d="M{start:.1f},{bottom} C{start:.1f},{middle} {end:.1f},{middle} {end:.1f},{below}"/>'
    side = max(left + sizes[a], to + sizes[b])
    y, up = top + (LINE + PAD) / 2, below + (LINE + PAD) / 2
    return (
        f'<path{style} d="M{left + sizes[a]:.1f},{y} C{side + 2 * GAP:.1f},{y} {side + 2 * GAP:.1f},{up} '
        f'{to + sizes[b]:.1f},{up}"/>'
    )


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{x}" y="{y}">{escape(printable(text))}</text>'


def _page(width: float, height: float, parts: Iterable[str]) -> str:
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    body = "".join(parts)
    head = f"<defs>{ARROW}</defs><style>{STYLE}</style>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{head}{body}</svg>\n'
