"""Why a node can't run several times for one answer: what it does beside answering, as far as its code tells."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from langchain_core.language_models import BaseChatModel
from langgraph.graph._node import StateNodeSpec

from llmdl_langgraph.finding.concerns import outside
from llmdl_langgraph.finding.reached import Reached
from llmdl_langgraph.reading.place import called
from llmdl_langgraph.reading.units import Unit
from llmdl_langgraph.running.surgery import model_node

_EVENTS = {"dispatch_custom_event", "adispatch_custom_event"}  # a stream of events shows them too
_STREAMS = {"get_stream_writer", "StreamWriter", "stream_writer", *_EVENTS}
_ASKS = {"interrupt"}
_STORES = {"put", "aput", "delete", "adelete", "batch", "abatch"}


def effects(
    node: str, reached: Mapping[str, Reached], spec: StateNodeSpec[Any, Any], safe_tools: Collection[str]
) -> list[str]:
    """In words, one for each thing.

    Args:
        node: the node; what runs inside it counts as its own.
        reached: node → what it reaches.
        spec: what the builder holds of it.
        safe_tools: names of tools that may run whenever they are asked.
    """
    inside = [found for name, found in reached.items() if name == node or name.startswith(f"{node}/")]
    units = [unit for found in inside for unit in found.own.units.values()]
    said = [what for unit in units for what in _of_code(unit)]
    tools = {tool.name for found in inside for tool in found.own.tools} - set(safe_tools)
    tools = set() if model_node(spec) else tools
    if spec.ends:
        said.append(f"it decides where the graph goes ({', '.join(map(str, spec.ends))})")
    said += [f"it runs the tool {name}: give --safe-tool {name} if that may run more often" for name in sorted(tools)]
    return list(dict.fromkeys(said))


def only_model(node: str, reached: Mapping[str, Reached]) -> BaseChatModel | None:
    """The one chat model that a node holds."""
    inside = [found for name, found in reached.items() if name == node or name.startswith(f"{node}/")]
    models = {id(m): m for found in inside for m in found.models if isinstance(m, BaseChatModel)}
    return next(iter(models.values())) if len(models) == 1 else None


def _of_code(unit: Unit) -> Iterator[str]:
    yield from (f"it uses {name} at {where}" for name, where in outside(unit))
    for part in ast.walk(unit.node):
        where = f"{unit.source.file.name}:{getattr(part, 'lineno', 0)}"
        if (name := _name(part)) in _STREAMS:
            yield f"it writes to the stream of the graph at {where}"
        elif isinstance(part, ast.Call) and name in _ASKS:
            yield f"it stops to ask at {where}"
        elif isinstance(part, ast.Call) and _is_storing(part):
            yield f"it writes to the store at {where}"
        elif isinstance(part, ast.Call) and name == "Command":
            yield f"it decides where the graph goes at {where}"


def _name(node: ast.AST) -> str:
    match node:
        case ast.Call():
            return called(node)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _is_storing(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id=name) | ast.Attribute(attr=name), attr=attr):
            return attr in _STORES and name == "store"
    return False
