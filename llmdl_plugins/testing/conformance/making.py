"""Makes a layer whose arguments nobody has told: by their annotations, then by their names."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args, get_origin

from langchain_core.language_models import BaseChatModel
from langchain_core.stores import InMemoryStore
from langchain_core.tools import tool

from llmdl_plugins.module import Module
from llmdl_plugins.testing.conformance.fakes import SOURCE, TARGET, TEXT, Echo, Probe

KNOWN = (
    "model, inner, layer, layers, alternatives, keys, source, target, instruction, schema, corpus, node, tools, store"
)
_PLAIN = {str: SOURCE, int: 2, float: 0.5, bool: False}


def made(target: Callable[..., Module], model: Echo) -> Module:
    """A layer of this class, with a stand-in for each argument that has no default.

    Raises:
        AssertionError: there is no telling what an argument should be.
    """
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for argument in _signature(target).parameters.values():
        if argument.kind is argument.VAR_POSITIONAL:
            positional += [Probe(model), Probe(model)]
        elif argument.default is argument.empty and argument.kind is not argument.VAR_KEYWORD:
            named[argument.name] = _given(argument, model)
    return target(*positional, **named)


def _signature(target: Callable[..., Any]) -> inspect.Signature:
    try:
        return inspect.signature(target, eval_str=True)
    except NameError:
        return inspect.signature(target)  # an annotation that only type checkers can read


def _given(argument: inspect.Parameter, model: Echo) -> Any:
    by_name: dict[str, Callable[[], Any]] = {
        "model": lambda: model,
        "inner": lambda: Probe(model),
        "layer": lambda: Probe(model),
        "layers": lambda: [Probe(model), Probe(model)],
        "alternatives": lambda: _alternatives(model),
        "keys": lambda: ["notes"],
        "source": lambda: SOURCE,
        "target": lambda: TARGET,
        "instruction": lambda: "Answer.",
        "schema": lambda: str,
        "corpus": lambda: [TEXT, "The card is lost"],
        "node": lambda: lambda state: {TARGET: state[SOURCE]},
        "tools": lambda: [tool("look_up", description="Looks a word up.")(_looked_up)],
        "store": lambda: InMemoryStore(),
    }
    if argument.name in by_name:
        return by_name[argument.name]()
    found = _by_type(argument.annotation, model)
    assert found is not None, (
        f"it can't be made: nothing says what its argument {argument.name!r} should be. Give it a default or an "
        f"annotation, call it by a name that is known here ({KNOWN}), or write `made(self, model)` in your own tests"
    )
    return found


def _by_type(annotation: Any, model: Echo) -> Any:
    kind = get_origin(annotation) or annotation
    if not isinstance(kind, type) or kind is inspect.Parameter.empty:
        return None
    if issubclass(kind, Module):
        return Probe(model)
    if issubclass(kind, BaseChatModel):
        return model
    if kind in _PLAIN:
        return _PLAIN[kind]
    if issubclass(kind, Mapping):
        return _alternatives(model)
    if issubclass(kind, Sequence):
        return ["one", "two"] if get_args(annotation) == (str,) else [Probe(model), Probe(model)]
    return None


def _looked_up(word: str) -> str:
    return word


def _alternatives(model: Echo) -> dict[str, Module]:
    return {"one": Probe(model), "two": Probe(model)}
