"""A node of the user as a frozen layer: called as the graph would call it, its answer untouched."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.config import get_config
from pydantic import BaseModel

from llmdl_langgraph.running.updates import fields, written
from llmdl_plugins.layers import black_box
from llmdl_plugins.module import Module, State


class BlackBox(black_box.BlackBox):
    """state → what the node returns, an update or a `Command` that does more; calls: those of the node, counted.

    Args:
        node: the node's runnable.
        schema: the class of its input; a mapping, a pydantic model or a dataclass.
        name: the node's name.
    """

    def __init__(self, node: Runnable[Any, Any], schema: type[Any], name: str) -> None:
        super().__init__(node, name)
        self.schema = schema

    async def forward(self, state: State) -> Any:
        """What the node returns; where that does nothing but write, its update."""
        return written(await self.node.ainvoke(as_input(self.schema, state), get_config()))


class LayerNode(Runnable[Any, Any]):
    """A layer at the place of a node: it is given the state as a mapping, whatever the class of the state.

    Args:
        layer: the layer.
    """

    def __init__(self, layer: Module) -> None:
        self.layer = layer

    def invoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """The layer's update."""
        return self.layer.invoke(dict(fields(input)), config)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **kwargs: Any) -> Any:
        """The layer's update."""
        return await self.layer.ainvoke(dict(fields(input)), config)


def as_input(schema: type[Any], state: Mapping[str, Any]) -> Any:
    """A mapping as the class that a node takes."""
    if isinstance(schema, type) and (issubclass(schema, BaseModel) or dataclasses.is_dataclass(schema)):
        return schema(**state)
    return state
