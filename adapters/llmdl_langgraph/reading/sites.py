"""The inventory of sites: every string expression in a source file that could be a prompt."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from llmdl_langgraph.reading.place import Kind, Place, called
from llmdl_langgraph.reading.quoted_tables import READING, Kinds, entries_of, read_by_name
from llmdl_langgraph.reading.walk import places
from llmdl_langgraph.wording.in_slots import tree_of
from llmdl_langgraph.wording.template import Hole, Span, double_braces, every, holes, of_expression, operands


@dataclass(frozen=True)
class Site:
    """One string expression in the user's source.

    Args:
        file: where it is.
        module: import name of the file.
        span: line, column, end line and end column, as `ast` counts them (columns in UTF-8 bytes).
        kind: what it is in the module.
        scope: qualified name of the class or function around it, "" at module level.
        name: variable, attribute, argument or keyword that holds it, or "".
        context: name of the call around it, such as `SystemMessage`, or "".
        text: what it evaluates to; with code in it, its template with `{expression}` and doubled braces.
        holes: the code in it, in order: of f-strings, and what `+` and `join` put beside literals.
        fstring: whether its text is written as f-strings are.
        replaced: what the module passes to `.replace(...)` on it.
        nth: its place among the sites of equal scope and label.
        around: the quotes of the f-string in whose slot it stands, where it has to leave these alone.
        outer: of a text in a table that code quotes, the literal that holds the table.
        table: how that table is written: `.json`.
    """

    file: Path
    module: str
    span: Span
    kind: Kind
    scope: str
    name: str
    context: str
    text: str
    holes: tuple[Hole, ...] = ()
    fstring: bool = False
    replaced: tuple[str, ...] = ()
    nth: int = 0
    around: str = ""
    outer: Site | None = None
    table: str = ""

    @property
    def label(self) -> str:
        """The name that holds it, or else the call around it."""
        return _label(self)

    @property
    def key(self) -> str:
        """Its identity, which survives that lines move: `module:scope.name#n`."""
        scope = f"{self.scope}." if self.scope else ""
        return f"{self.module}:{scope}{self.label}#{self.nth}"


def sites_in(source: str, file: Path, module: str) -> list[Site]:
    """The sites of a source text that is, or will be, the content of a file."""
    tree = tree_of(source)
    replaced = _replaced(tree)
    seen: Counter[tuple[str, str]] = Counter()
    sites = list[Site]()
    for node, place in places(tree):
        label = (place.scope, _label(place))
        sites.append(
            _site(node, place, file, module, replaced.get(id(node)) or replaced.get(place.name, ()), seen[label])
        )
        seen[label] += 1
    tables = read_by_name(tree)
    inner = [one for site in sites for one in _of_table(site, READING.get(site.context) or tables.get(site.name, ()))]
    return sorted([*sites, *inner], key=lambda site: site.span)


def _of_table(site: Site, kinds: Kinds) -> Iterator[Site]:
    """The texts of a table that a literal holds, if code reads it as one."""
    kind, entries = entries_of(site.text, kinds) if kinds and not site.fstring else ("", [])
    for nth, entry in enumerate(entries):
        names = [site.name, *(key for key in entry.keys if isinstance(key, str))]
        scope = ".".join(map(str, entry.keys))
        yield replace(
            site,
            scope=scope,
            name=names[-1],
            context="",
            text=entry.value,
            nth=nth,
            outer=site,
            table=kind,
            replaced=(),
        )


def span_of(node: ast.expr) -> Span:
    """Where an expression stands."""
    return node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _label(place: Place | Site) -> str:
    return place.name or place.context or "text"


def _site(node: ast.expr, at: Place, file: Path, module: str, replaced: tuple[str, ...], nth: int) -> Site:
    pieces = of_expression(node) or ()
    fstring = bool(holes(pieces)) or any(isinstance(part.node, ast.JoinedStr) for part in operands(node))
    text = "".join(p.raw if isinstance(p, Hole) else double_braces(p) if fstring else p for p in pieces)
    kind: Kind = "fstring" if fstring and at.kind in ("constant", "literal", "class attribute") else at.kind
    used = tuple(token for token in replaced if token in text)
    span = span_of(node)
    return Site(
        file, module, span, kind, at.scope, at.name, at.context, text, holes(pieces), fstring, used, nth, at.around
    )


def _replaced(tree: ast.Module) -> dict[int | str, tuple[str, ...]]:
    found: dict[int | str, tuple[str, ...]] = {}
    for receiver, token in replacements(tree):
        found[receiver] = (*found.get(receiver, ()), token)
    return found


def replacements(tree: ast.Module) -> Iterator[tuple[int | str, str]]:
    """What `.replace(token, …)` is called on, an expression by identity or a variable by name, and the token."""
    for node in every(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="replace"), args=[ast.Constant(value=str(token)), _]) if (
                len(token) > 2
            ):
                yield _receiver(node), token


def _receiver(node: ast.expr) -> int | str:
    """What a chain of `.replace` calls begins with: an expression by identity, a variable by name."""
    match node:
        case ast.Call(func=ast.Attribute(value=inner)) if called(node) in ("replace", "strip"):
            return _receiver(inner)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return id(node)
