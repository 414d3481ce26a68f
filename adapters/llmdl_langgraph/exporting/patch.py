"""Write new texts into a source: the smallest edit that provably changes nothing else."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Mapping, Sequence

from llmdl_langgraph.errors import CannotExportError as CannotExportError
from llmdl_langgraph.reading.entries import patched_table
from llmdl_langgraph.reading.sites import Site, sites_in, span_of
from llmdl_langgraph.wording.in_slots import clashes, is_placed, tree_of
from llmdl_langgraph.wording.respell import respellings
from llmdl_langgraph.wording.saved import kept
from llmdl_langgraph.wording.syntax import PLAIN, fstring
from llmdl_langgraph.wording.template import Span, Template, compiles, of_expression, offsets, parsed

_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # unlike str.splitlines, leaves U+2028 and its like inside a line


def patch(source: str, edits: Mapping[Site, str]) -> str:
    """The source with new texts at some of its sites; everything else evaluates as before, which is checked.

    Args:
        source: a Python source; it may have moved lines since the sites were found.
        edits: the raw text for each site, as `Reading.to_source` gives it.

    Raises:
        CannotExportError: a site is gone or changed, or a text can't be written at its place.
    """
    if tables := {site.outer for site in edits if site.outer}:
        plain = {site: text for site, text in edits.items() if not site.outer}
        return patch(source, plain | {table: _table(table, edits) for table in tables})
    inner = {site: text for site, text in edits.items() if any(_is_inside(site, other) for other in edits)}
    outer = {site: text for site, text in edits.items() if site not in inner}
    if inner:  # code that stands beside literals has texts of its own
        return patch(patch(source, outer), inner)
    return kept(source, lambda unix: _patched(unix, edits))


def _table(table: Site, edits: Mapping[Site, str]) -> str:
    """The table that a literal holds, with new texts in it."""
    return patched_table(table.text, {site: text for site, text in edits.items() if site.outer == table})


def _is_inside(site: Site, other: Site) -> bool:
    return site.span != other.span and other.span[:2] <= site.span[:2] and site.span[2:] <= other.span[2:]


def _patched(source: str, edits: Mapping[Site, str]) -> str:
    wanted: dict[Span, Template] = {}
    spelled: dict[Span, str] = {}
    here = sites_in(source, next(iter(edits)).file, next(iter(edits)).module) if edits else []
    for site, text in edits.items():
        now = _relocated(site, here)
        if now.span in wanted:
            raise CannotExportError(f"{site.key} would be edited twice in {site.file}: read the file again.")
        wanted[now.span] = _template(now, text)
        spelled[now.span] = _respelled(source, now, wanted[now.span])
    patched = _spliced(source, spelled)
    if not (_same(tree_of(source), parsed(patched), wanted) and compiles(patched)):
        raise CannotExportError(
            f"{next(iter(edits)).file}: with these texts it would not run as before: change them, or leave some out."
        )
    return patched


def unified_diff(path: str, old: str, new: str) -> str:
    """The change of one file as `git apply` and `patch -p1` take it.

    Args:
        path: of the file, relative to the root.
        old, new: its content before and after.
    """
    lines = difflib.unified_diff(_LINE.findall(old), _LINE.findall(new), f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _relocated(site: Site, here: Sequence[Site]) -> Site:
    """The site where it stands now."""
    same = [now for now in here if (now.scope, now.label, now.text) == (site.scope, site.label, site.text)]
    match [now for now in same if now.nth == site.nth] or same:
        case [now]:
            return now
        case []:
            raise CannotExportError(f"{site.key} has changed in {site.file} since it was read: read it again.")
    raise CannotExportError(f"{site.key} stands more than once in {site.file} since it changed: read it again.")


def _template(site: Site, text: str) -> Template:
    pieces = (fstring(site.holes) if site.fstring else PLAIN).read(text)
    if pieces is None:
        known = ", ".join(hole.raw for hole in site.holes) or "none"
        raise CannotExportError(
            f"{site.key} is an f-string: use its own expressions only ({known}), and double braces."
        )
    return pieces


def _respelled(source: str, site: Site, wanted: Template) -> str:
    start, end = offsets(source, site.span)
    old = _template(site, site.text)
    for way in respellings(source[start:end], old, wanted):
        if _evaluated(way) == wanted and not (site.around and clashes(way, site.around)):
            return way
    raise CannotExportError(f"{site.key} can't hold this text in {site.file}, line {site.span[0]}: change its quotes.")


def _evaluated(expression: str) -> Template | None:
    try:
        match parsed(f"({expression})").body:
            case [ast.Expr(value=value)]:
                return of_expression(value)
    except (SyntaxError, ValueError):
        pass
    return None


def span_offsets(source: str, node: ast.stmt) -> tuple[int, int]:
    """Where a statement of a source with unix line ends begins and ends, in characters."""
    end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return offsets(source, (node.lineno, node.col_offset, *end))


def _spliced(source: str, spelled: Mapping[Span, str]) -> str:
    for span in sorted(spelled, reverse=True):
        start, end = offsets(source, span)
        source = source[:start] + spelled[span] + source[end:]
    return source


def _same(old: object, new: object, wanted: Mapping[Span, Template]) -> bool:
    """Whether two trees are equal, but for the wanted texts at their spans in the old one."""
    if isinstance(old, ast.expr) and span_of(old) in wanted and of_expression(old) is not None:
        return isinstance(new, ast.expr) and of_expression(new) == wanted[span_of(old)]
    if isinstance(old, ast.FormattedValue) and isinstance(new, ast.FormattedValue) and not is_placed(old):
        return ast.dump(old) == ast.dump(new)
    if isinstance(old, ast.AST) and type(old) is type(new):
        return all(_same(value, getattr(new, name, None), wanted) for name, value in ast.iter_fields(old))
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return all(_same(a, b, wanted) for a, b in zip(old, new, strict=True))
    return type(old) is type(new) and not isinstance(old, ast.AST | list) and old == new
