"""What training changed, parameter by parameter, in the form in which each is read best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llmdl_plugins.parameter import Kind
from llmdl_plugins.plain import dumps
from llmdl_plugins.report.diff import Piece, shortened, word_diff
from llmdl_plugins.report.kinds import kind_of_value
from llmdl_plugins.report.record import Change

_SHOWN = 3
_LONGEST_DEMO = 2_000


@dataclass(frozen=True)
class Demo:
    """A worked example as it is shown."""

    input: str
    output: str


@dataclass(frozen=True)
class Changed:
    """A changed parameter: `pieces` of a text, `before` and `after` of an option or a count, the first few `demos`."""

    name: str
    kind: Kind
    before: str = ""
    after: str = ""
    pieces: Sequence[Piece] = ()
    demos: Sequence[Demo] = ()


def changes(parameters: Mapping[str, Change]) -> list[Changed]:
    """The changed parameters, texts first."""
    order: list[Kind] = ["text", "choice", "demos"]
    return sorted((_changed(name, c) for name, c in parameters.items()), key=lambda c: (order.index(c.kind), c.name))


def _changed(name: str, change: Change) -> Changed:
    kind = kind_of_value(name, change.after)
    if kind == "text":
        return Changed(name, kind, pieces=word_diff(_text(change.before), _text(change.after)))
    if kind == "demos":
        shown = [_demo(one) for one in change.after[:_SHOWN]]
        return Changed(name, kind, _count(change.before), _count(change.after), demos=shown)
    return Changed(name, kind, shortened(_text(change.before)), shortened(_text(change.after)))


def _count(value: Any) -> str:
    return str(len(value)) if isinstance(value, list) else _text(value)


def _demo(value: Any) -> Demo:
    told = value if isinstance(value, Mapping) else {"input": value, "output": ""}
    return Demo(*(shortened(_text(told.get(key, "")), _LONGEST_DEMO) for key in ("input", "output")))


def _text(value: Any) -> str:
    try:
        return value if isinstance(value, str) else dumps(value)
    except RecursionError:
        return "(nested too deep to be shown)"
