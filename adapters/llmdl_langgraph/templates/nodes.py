"""Nodes as blocks, and back."""

import asyncio
import copy
import dataclasses
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from importlib import import_module
from inspect import signature
from pathlib import Path

from langchain_core.runnables import RunnableLambda, ensure_config

from .block import Block


class Node(Block):
    """A node of a graph; "outer/inner" is a node of the graph that is a node."""

    def __init__(self, graph, name):
        outer, _, inner = (name, "", "") if name in graph.builder.nodes else name.partition("/")
        spec = graph.builder.nodes[outer]
        super().__init__(inside=Node(spec.runnable, inner) if inner else None, spec=spec)

    async def forward(self, state):
        if self.inside:
            return await self.inside.forward(state)
        return written(await self.spec.runnable.ainvoke(as_input(self.spec.input_schema, state), ensure_config()))


class Chain(Block):
    """A chain: what it gives is an update, or the output of one."""

    def __init__(self, chain):
        super().__init__(chain=chain)

    async def forward(self, state):
        said = await self.chain.ainvoke(state, ensure_config())
        return said if isinstance(said, dict) and said.keys() != {"output"} else {"output": said}


def as_node(block):
    """A block as a node: it is awaited, or run to its end where nobody awaits it."""

    async def awaited(state):
        return await block.ainvoke(fields(state))

    def run(state):
        with ThreadPoolExecutor(1) as alone:
            return alone.submit(copy_context().run, asyncio.run, awaited(state)).result()

    return RunnableLambda(run, awaited)


def as_chain(block):
    """A block as a chain."""
    return as_node(block) | (lambda said: said["output"] if said.keys() == {"output"} else said)


def with_nodes(graph, blocks):
    """The graph with blocks at some of its nodes; edges, branches and all settings are the same."""
    builder = copy.copy(graph.builder)
    builder.nodes = dict(builder.nodes)
    for name, block in blocks.items():
        outer, _, inner = (name, "", "") if name in builder.nodes else name.partition("/")
        spec = builder.nodes[outer]
        runnable = with_nodes(spec.runnable, {inner: block}) if inner else as_node(block)
        builder.nodes[outer] = dataclasses.replace(spec, runnable=runnable)
    compiled = builder.compile(
        checkpointer=graph.checkpointer,
        store=graph.store,
        cache=graph.cache,
        interrupt_before=graph.interrupt_before_nodes,
        interrupt_after=graph.interrupt_after_nodes,
        debug=graph.debug,
        name=graph.name,
    )
    return compiled.with_config(graph.config) if graph.config else compiled


def application(found):
    """What a module names, as LangGraph's server makes a graph of it: called, awaited, compiled."""
    if callable(found) and not hasattr(found, "ainvoke"):
        asked = [p for p in signature(found).parameters.values() if p.default is p.empty or p.name == "config"]
        found = found(*[{"configurable": {}} for _ in asked])
    if asyncio.iscoroutine(found):
        with ThreadPoolExecutor(1) as alone:
            found = alone.submit(asyncio.run, found).result()
    return found if hasattr(found, "ainvoke") else found.compile()


def beside(folder, module, attribute):
    """An attribute of a module in a folder, whose modules have the names of others that are imported already."""
    names = {path.stem for path in Path(folder).iterdir()}
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in names}
    sys.path.insert(0, str(folder))
    try:
        return getattr(import_module(module), attribute)
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] in names]:
            del sys.modules[name]
        sys.modules.update(before)


def written(given):
    """What a node gives, as an update where it is a command that does nothing but write."""
    alone = given[0] if isinstance(given, list) and len(given) == 1 else given
    if not hasattr(alone, "goto") or alone.goto or alone.graph or alone.resume:
        return given
    return alone.update if isinstance(alone.update, dict) else given


def fields(state):
    """A state as a mapping: a dict, a pydantic model or a dataclass."""
    if isinstance(state, dict):
        return state
    if dataclasses.is_dataclass(state):
        return {field.name: getattr(state, field.name) for field in dataclasses.fields(state)}
    return {name: getattr(state, name) for name in type(state).model_fields}


def as_input(schema, state):
    """A mapping as the class that a node takes."""
    is_class = isinstance(schema, type) and (hasattr(schema, "model_fields") or dataclasses.is_dataclass(schema))
    return schema(**state) if is_class else state
