"""A variant as a plain module that imports the user's application, and nothing of ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from llmdl_langgraph.exporting.spelling import NODES, ApplicationSpeller
from llmdl_langgraph.reading.locate import Location
from llmdl_plugins.standalone.files import in_order
from llmdl_plugins.standalone.spelled import bracketed

_NAMES = ("Chain", "Node", "as_chain", "with_nodes")  # of the module that makes blocks of nodes


def generate(original: Location, kind: str, speller: ApplicationSpeller, blocks: Mapping[str, str]) -> str:
    """The source of a module with the application, in which these blocks stand at nodes.

    Args:
        original: where the application is.
        kind: "graph" or "chain"; also what the module calls it.
        speller: what the blocks need.
        blocks: node → the block that stands there, as it was spelled.
    """
    whole = _whole(kind, blocks)
    used = [name for name in _NAMES if f"{name}(" in whole] + ["beside"] * bool(speller.copies)
    used += ["application"] * bool(original.origin)
    lines = {*speller.imports.values(), f"from {original.module} import {original.attribute} as original"}
    lines |= {f"from {speller.folder}.{NODES} import {', '.join(sorted(used))}"}
    lines |= {"from pathlib import Path"} if speller.copies else set()
    return (
        templates()
        .get_template("app.py.jinja")
        .render(
            kind=kind,
            original=original,
            imports=in_order(lines),
            copies=len(speller.copies),
            models=[made for _, made in speller.models],
            whole=whole,
            blocks=blocks,
        )
    )


def _whole(kind: str, blocks: Mapping[str, str]) -> str:
    if kind == "chain":
        return bracketed("as_chain(", list(blocks.values()), ")")
    nodes = bracketed("{", [f"{node!r}: {block}" for node, block in blocks.items()], "}")
    return bracketed("with_nodes(", ["original", nodes], ")")


@cache
def templates() -> Environment:
    """What plain modules are written from."""
    loader = PackageLoader("llmdl_langgraph", "templates")
    environment = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    environment.filters["python"] = partial(json.dumps, ensure_ascii=False)
    return environment
