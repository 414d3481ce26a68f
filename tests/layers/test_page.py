"""docs/layers.md says what the catalogue and the docstrings say: names, outputs, parameters, calls, drawings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from typing import Any

import pytest

from llmdl_plugins.module import Module
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.plugins.manager import BUILTIN
from llmdl_plugins.testing.conformance.fakes import Echo, Probe
from llmdl_plugins.testing.conformance.making import made

PAGE = (Path(__file__).parent.parent.parent / "docs" / "layers.md").read_text("utf-8")
SAYS = re.compile(r"(?s)(?P<what>.+?); calls: (?P<calls>.+?)\.?\n\n")


def ours() -> Iterator[tuple[str, type[Module]]]:
    for kind in ("layers", "containers"):
        for name, offer in catalogue(kind).items():
            if offer.plugin.distribution == BUILTIN.distribution:
                yield name, offer.load()


def row(kind: type[Module]) -> str:
    """What the table says of it, behind its twin."""
    said = SAYS.match(f"{getdoc(kind)}\n\n")
    assert said, f"{kind.__name__}: the first sentence of its docstring ends with `; calls: …`"
    what, calls = (" ".join(said[part].split()) for part in ("what", "calls"))
    nothing = ", ".join(f"{name} {value}" for name, value in kind.identity.items()) if kind.identity else "–"
    return (
        f"| {what} | {', '.join(own(kind)) or '–'} | {calls} | {nothing if kind.identity != {} else 'as it begins'} |"
    )


def own(kind: type[Module]) -> list[str]:
    """The parameters that it has itself, and not by what it is put around."""
    layer = made(kind, Echo())
    tops = dict.fromkeys(re.split(r"[/.]", path)[0] for path in layer.named_parameters())
    return [top for top in tops if not _given(vars(layer).get(top))]


def _given(part: Any) -> bool:
    parts = part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else [part]
    return any(isinstance(one, Probe) for one in parts)


def drawing(kind: type[Module]) -> str:
    """The block of its docstring that is indented, before its arguments."""
    lines = (getdoc(kind) or "").splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("    "))
    block = lines[
        first : next(n for n in range(first, len(lines) + 1) if n == len(lines) or (lines[n] and lines[n][0] != " "))
    ]
    margin = min(len(line) - len(line.lstrip()) for line in block if line)
    return "\n".join(line[margin:] for line in block).rstrip()


@pytest.mark.parametrize(("name", "kind"), list(ours()))
def test_the_table_says_what_the_layer_says(name: str, kind: type[Module]) -> None:
    found = re.search(rf"(?m)^\| `{re.escape(name)}` \| {kind.__name__} \| [^|]+ (\|.*)$", PAGE)
    assert found and found[1] == row(kind), f"its line ends with: {row(kind)}"


@pytest.mark.parametrize(("name", "kind"), list(ours()))
def test_its_drawing_is_on_the_page(name: str, kind: type[Module]) -> None:
    assert f"### {kind.__name__}\n\n```\n{drawing(kind)}\n```" in PAGE


@pytest.mark.parametrize(("name", "kind"), list(ours()))
def test_its_class_is_found_in_its_room(name: str, kind: type[Module]) -> None:
    room = import_module(kind.__module__.rpartition(".")[0])
    assert kind.__name__ in room.__all__ and getattr(room, kind.__name__) is kind


def test_nothing_is_on_the_page_that_is_not_offered() -> None:
    names = re.findall(r"(?m)^\| `([\w-]+)` \|", PAGE)
    assert sorted(names) == sorted(name for name, _ in ours())


@pytest.mark.parametrize(("name", "kind"), list(ours()))
def test_each_names_its_source(name: str, kind: type[Module]) -> None:
    assert re.search(r"Source:.*\d{4}", getdoc(kind) or "", re.S), kind
