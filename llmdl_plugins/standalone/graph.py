"""A network of layers as a plain StateGraph: which nodes it has, and the module that builds it."""

from __future__ import annotations

import atexit
import importlib.util
import json
import keyword
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.containers.optional import Optional
from llmdl_plugins.containers.sequential import Sequential
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.keys import every
from llmdl_plugins.layers.identity import Identity
from llmdl_plugins.module import Module
from llmdl_plugins.standalone.files import BLOCK, FOLDER, in_order, modules, requirements, written
from llmdl_plugins.standalone.needed import needed
from llmdl_plugins.standalone.parts import chosen, roots
from llmdl_plugins.standalone.spelled import Speller

APP = "app.py"


def standalone(root: Module) -> dict[str, str]:
    """File name → text of a folder that runs under LangGraph alone, with the values in force.

    Raises:
        MisuseError: a layer has no source, or holds what can't be written down.
    """
    nodes = dict(_nodes(root))
    needs = needed({place for layer in nodes.values() for place in roots(layer)})
    places = modules(needs)
    speller = Speller(places, needs.attributes)
    blocks = {name: speller.layer(layer) for name, layer in nodes.items()}
    files = {
        APP: _app(root.get_name(), blocks, _keys(nodes.values()), speller),
        **written(needs, places, parameter_names(nodes)),
    }
    config = {"dependencies": ["."], "graphs": {"agent": f"./{APP}:graph"}}
    return {
        **files,
        "requirements.txt": requirements(files.values()),
        "langgraph.json": json.dumps(config, indent=2) + "\n",
    }


def flat(layer: Module) -> Iterator[Module]:
    """What runs one after the other under the values in force; of a choice only the chosen."""
    match layer:
        case Sequential():
            for one in layer.layers:
                yield from flat(one)
        case Optional() if layer.runs.value == "off":
            return
        case Choice() | Optional():
            yield from flat(chosen(layer))
        case Identity():
            return
        case _:
            yield layer


def _nodes(root: Module) -> Iterator[tuple[str, Module]]:
    taken: set[str] = set()
    for layer in flat(root):
        name = _snake(layer.get_name())
        free = next(one for one in (name, *(f"{name}_{n}" for n in range(2, len(taken) + 3))) if one not in taken)
        taken.add(free)
        yield free, layer


def _snake(name: str) -> str:
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).lower().strip("_") or "node"


def _keys(layers: Iterable[Module]) -> Sequence[str] | None:
    each = list(layers)
    return every([*(layer.reads for layer in each), *(layer.writes for layer in each)])


def parameter_names(nodes: Mapping[str, Module]) -> frozenset[str]:
    """The attributes of layers that hold parameters."""
    named = [path for layer in nodes.values() for path in layer.named_parameters()]
    return frozenset(path.rpartition("/")[2] for path in named)


def _app(name: str, blocks: Mapping[str, str], keys: Sequence[str] | None, speller: Speller) -> str:
    lines = {*speller.imports.values(), "from langgraph.graph import END, START, StateGraph"}
    lines |= {f"from {FOLDER}.{BLOCK} import as_node"} if blocks else set()
    lines |= {"from typing import Any, TypedDict"} if keys is not None else set()
    nodes = "".join(f"builder.add_node({name!r}, {_node(block, keys is None)})\n" for name, block in blocks.items())
    ends = ["START", *map(repr, blocks), "END"]
    edges = "".join(f"builder.add_edge({a}, {b})\n" for a, b in pairwise(ends))
    models = "".join(f"model_{n} = {made}\n" for n, (_, made) in enumerate(speller.models, 1))
    return (
        f'"""{name} as a LangGraph graph."""\n\n{in_order(lines)}'
        + (f"\n\n{models}" if models else "\n")
        + (f"\n\n{_state(keys)}\n" if keys is not None else "\n")
        + f"\nbuilder = StateGraph({'State' if keys is not None else 'dict'})\n{nodes}{edges}"
        + f"graph = builder.compile(name={name!r})\n"
    )


def _node(block: str, keeps: bool) -> str:
    more = ", keeps=True" if keeps else ""
    return f"as_node({block}{more})"


def _state(keys: Sequence[str]) -> str:
    if not keys:
        raise MisuseError("The network reads nothing and writes nothing: there is no graph to write.")
    if all(key.isidentifier() and not keyword.iskeyword(key) for key in keys):
        return "class State(TypedDict, total=False):\n" + "".join(f"    {key}: Any\n" for key in sorted(keys))
    return f"State = TypedDict('State', {{{', '.join(f'{key!r}: Any' for key in sorted(keys))}}}, total=False)\n"


def loaded(files: Mapping[str, str], app: str = APP, name: str = "graph") -> Any:
    """What a module of such a folder calls so, imported under a package name of its own."""
    package = f"standalone_{uuid4().hex[:12]}"
    root = Path(tempfile.mkdtemp(prefix="standalone-")) / package
    atexit.register(shutil.rmtree, root.parent, ignore_errors=True)
    for path, text in {"__init__.py": "", **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        own = text.replace(f"from {FOLDER}", f"from .{FOLDER}") if path == app else text
        (root / path).write_text(own, "utf-8")
    spec = importlib.util.spec_from_file_location(package, root / "__init__.py", submodule_search_locations=[str(root)])
    assert spec is not None
    sys.modules[package] = importlib.util.module_from_spec(spec)
    return getattr(importlib.import_module(f"{package}.{app.removesuffix('.py')}"), name)
