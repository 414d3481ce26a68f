"""A variant as a plain module that imports the user's application, and nothing of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from llmdl_langgraph.locate import Location
from llmdl_langgraph.plain_form import Called, Expression, Named, Written

WIDTH = 110
Blocks = Mapping[str, Expression]
_NEEDS = re.compile(r"^from \.(\w+) import", re.M)


def generate(
    original: Location, kind: str, models: Sequence[Location], wiring: str, written: Written, blocks: Blocks
) -> str:
    """The source of a module with the application, in which these blocks stand at nodes.

    Args:
        original: where the application is.
        kind: "graph" or "chain"; also what the module calls it.
        models: where the models are that the blocks ask.
        wiring: the package with what connects blocks.
        written: what the blocks need.
        blocks: node → the block that stands there.
    """
    return (
        templates()
        .get_template("app.py.jinja")
        .render(
            kind=kind,
            original=original,
            models=models,
            wiring=wiring,
            functions=sorted(written.functions),
            has_examples=bool(written.examples),
            copies=len(written.copies),
            blocks={node: spelled(block, 4 if kind == "chain" else 8) for node, block in blocks.items()},
        )
    )


def wired(functions: set[str]) -> dict[str, str]:
    """File name → source of what these functions and what they need are written in."""
    found: dict[str, str] = {}
    todo = ["nodes", *sorted(functions)]
    while todo:
        if (name := todo.pop()) not in found:
            found[name] = (files("llmdl_langgraph") / "templates" / "wiring" / f"{name}.py").read_text("utf-8")
            todo += _NEEDS.findall(found[name])
    return {f"{name}.py": found[name] for name in sorted(found)}


def spelled(expression: Expression, indent: int = 0) -> str:
    """An expression as code, over several lines where it is long.

    >>> print(spelled(Called("vote", {"inner": Named("answer"), "draws": 5})))
    vote(inner=answer, draws=5)
    """
    match expression:
        case Named(name):
            return name
        case Called(function, given):
            return _joined(f"{function}(", (f"{name}={{}}" for name in given), list(given.values()), ")", indent)
        case Mapping():
            return _joined(
                "{", (f"{_escaped(name)}: {{}}" for name in expression), list(expression.values()), "}", indent
            )
        case list():
            return _joined("[", ("{}" for _ in expression), expression, "]", indent)
    return repr(expression)


def _escaped(name: str) -> str:
    return repr(name).replace("{", "{{").replace("}", "}}")


def _joined(begin: str, forms: Iterator[str], parts: Sequence[Expression], end: str, indent: int) -> str:
    shapes = list(forms)
    flat = ", ".join(shape.format(spelled(part)) for shape, part in zip(shapes, parts, strict=True))
    if "\n" not in flat and len(flat) + indent + len(begin) < WIDTH:
        return f"{begin}{flat}{end}"
    deeper = indent + 4
    lines = (
        f"{' ' * deeper}{shape.format(spelled(part, deeper))},\n" for shape, part in zip(shapes, parts, strict=True)
    )
    return f"{begin}\n{''.join(lines)}{' ' * indent}{end}"


@cache
def templates() -> Environment:
    """What plain modules are written from."""
    loader = PackageLoader("llmdl_langgraph", "templates")
    environment = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    environment.filters["python"] = partial(json.dumps, ensure_ascii=False)
    return environment
