"""The context that a graph is run with where its caller gives none: what `langgraph dev` would give it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from llmdl_langgraph.running.isolation import Graph


def context_of(graph: Graph, given: Mapping[str, Any] | None = None) -> Any:
    """The given context, or an empty one where the schema has a default for everything; None where it has not."""
    schema = graph.context_schema
    if given is not None or schema is None:
        return given
    if isinstance(schema, type) and (dataclasses.is_dataclass(schema) or issubclass(schema, BaseModel)):
        return {} if _stands_alone(schema) else None
    return {}


def _stands_alone(schema: type[Any]) -> bool:
    try:
        schema()
    except Exception:  # whatever a schema of the user raises, it has no default
        return False
    return True
