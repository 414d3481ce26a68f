"""A variant as a plain LangGraph module that imports the user's graph, and nothing of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from llmdl_langgraph.locate import Location
from llmdl_langgraph.naming import numbered
from llmdl_langgraph.plain_form import PlainLayer
from llmdl_plugins.layers.retrieved import NEIGHBOURS
from llmdl_plugins.plain import JSON


@dataclass(frozen=True)
class Generated:
    """A generated module.

    Args:
        code: its source.
        examples: the demonstrations that it reads from `demonstrations.json`.
        requires: the distributions that it imports.
    """

    code: str
    examples: JSON
    requires: tuple[str, ...]


def generate(original: Location, layers: Sequence[PlainLayer]) -> Generated:
    """A module whose `graph` is the original one with these layers in front of its nodes."""
    names = numbered([f"show_{_identifier(layer.node)}" for layer in layers])
    requires = sorted({"langgraph", *(r for layer in layers for r in layer.form.requires)})
    code = (
        templates()
        .get_template("app.py.jinja")
        .render(
            module=original.module,
            attribute=original.attribute,
            retrieves="bm25s" in requires,
            neighbours=NEIGHBOURS,
            selects={layer.settings.get("select") for layer in layers},
            functions=[_function(layer, name) for layer, name in zip(layers, names, strict=True)],
            nodes=_by_node(layers, names),
        )
    )
    examples = {name: layer.examples for layer, name in zip(layers, names, strict=True)}
    return Generated(code, examples, tuple(requires))


def _function(layer: PlainLayer, name: str) -> str:
    template = templates().get_template(layer.form.template)
    return template.render(name=name, key=name, **layer.settings).strip()


def _by_node(layers: Iterable[PlainLayer], names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for layer, name in zip(layers, names, strict=True):
        found.setdefault(layer.node, []).append(name)
    return found


def _identifier(node: str) -> str:
    return re.sub(r"\W", "_", node).lower()


@cache
def templates() -> Environment:
    """What plain modules are written from."""
    loader = PackageLoader("llmdl_langgraph", "templates")
    environment = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    environment.filters["python"] = partial(json.dumps, ensure_ascii=False)
    return environment
