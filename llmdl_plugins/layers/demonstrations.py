"""Worked examples in front of what a node reads: the node itself stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from llmdl_plugins.as_layer import as_layer
from llmdl_plugins.cost import Calls
from llmdl_plugins.keys import outside
from llmdl_plugins.module import Module, State
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.prompting import with_examples
from llmdl_plugins.updates import answered


class Demonstrations(Module):
    """state → inner(state with examples in front of state[source]); calls: those of inner.

        demos ─┐
        state ─┴─▶ examples, question ─▶ inner ─▶ update

    With no demonstrations it is inner itself.  A text gets the examples as text, a message list gets them as turns.

    Args:
        inner: the layer that answers.
        source: the state key that inner reads.

    Source: few-shot prompting (Brown et al., 2020).
    """

    identity = MappingProxyType({})

    def __init__(self, inner: Module, source: str) -> None:
        self.inner, self.source = as_layer("Demonstrations", inner), source
        self.reads, self.writes = outside([self.inner], source), self.inner.writes
        self.demos = Parameter([], kind="demos", role=f"worked examples for {source}")

    def calls(self, **sizes: int) -> Calls:
        """Those of inner."""
        return self.inner.calls(**sizes)

    async def forward(self, state: State) -> Any:
        """Inner's update."""
        return await answered(self.inner, shown(state, self.source, self.demos.value), self.source, state)


def shown(state: State, source: str, demos: Sequence[Mapping[str, str]]) -> State:
    """The state with examples in front of state[source]."""
    if not demos:
        return state
    value = state[source]
    return {**state, source: _text(value, demos) if isinstance(value, str) else with_examples(value, demos)}


def _text(value: str, demos: Sequence[Mapping[str, str]]) -> str:
    # The question in the form of the examples: a small model goes on with a pattern, and overlooks one that breaks off.
    examples = [f"Example: {d['input']}\nAnswer: {d['output']}" for d in demos]
    return "\n\n".join([*examples, f"Example: {value}\nAnswer:"])
