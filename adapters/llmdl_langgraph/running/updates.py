"""What a node gives back, as the mapping that it writes into the state."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from langgraph.types import Command, Send
from pydantic import BaseModel


def fields(value: Any) -> dict[str, Any]:
    """A state or update as a mapping: a dict, a pydantic model, a dataclass, or pairs."""
    if isinstance(value, dict):  # nearly always, and to tell another mapping takes long
        return value
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, list | tuple) and all(isinstance(v, tuple) and len(v) == 2 for v in value):
        return dict(value)
    return {}


def update(output: Any) -> Any:
    """A node's output as its update; what is no update stays as it is."""
    if isinstance(output, dict):
        return output
    if isinstance(output, Command):
        return fields(output.update)
    if isinstance(output, list) and output and all(isinstance(o, Command | Mapping | None) for o in output):
        return {key: value for o in output for key, value in (update(o) or {}).items()}
    return fields(output) if isinstance(output, BaseModel) or dataclasses.is_dataclass(output) else output


def written(output: Any) -> Any:
    """A node's output as an update where it does nothing but write: `create_agent` gives a list of one `Command`."""
    alone = output[0] if isinstance(output, list) and len(output) == 1 else output
    if not isinstance(alone, Command) or alone.goto or alone.graph or alone.resume:
        return output
    return alone.update if isinstance(alone.update, dict) else output


def sends(output: Any) -> Iterator[str]:
    """The nodes that an output of a node or of its branch sends to."""
    if isinstance(output, Send):
        yield output.node
    elif isinstance(output, Command):
        yield from sends(output.goto)
    elif isinstance(output, list | tuple):
        for one in output:
            yield from sends(one)
