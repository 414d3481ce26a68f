"""How layers are written as plain LangGraph code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from llmdl_langgraph.black_box import BlackBox
from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import plain

Value = Callable[[Parameter], Any]


@dataclass(frozen=True)
class Form:
    """How one kind of layer is written.

    Args:
        template: what renders its function.
        examples: the attribute with its demonstrations; where there are none, the layer is its `inner`.
        settings: the attributes that the template reads.
        requires: what the written code imports beside LangGraph.
    """

    template: str
    examples: str
    settings: tuple[str, ...]
    requires: tuple[str, ...] = ()


FORMS = {
    "Demonstrations": Form("demonstrations.py.jinja", "demos", ("source",)),
    "RetrievedDemonstrations": Form("retrieved.py.jinja", "pool", ("source", "k", "select"), ("bm25s",)),
}


@dataclass(frozen=True)
class PlainLayer:
    """A layer in the form in which it is written.

    Args:
        node: where it stands.
        form: how it is written.
        examples: its demonstrations.
        settings: what the template reads, by name.
    """

    node: str
    form: Form
    examples: Any
    settings: dict[str, Any]


def plain_layers(node: str, layer: Module, value: Value) -> Iterator[PlainLayer]:
    """What stands in front of a node under these values, the outermost first; of a choice, only the chosen.

    Raises:
        MisuseError: a layer has no plain form.
    """
    if isinstance(layer, BlackBox):
        return
    if isinstance(layer, Choice):
        yield from plain_layers(node, layer.alternatives[value(layer.chosen)], value)
        return
    form = FORMS.get(type(layer).__name__)
    if form is None:
        raise MisuseError(
            f"{type(layer).__name__} at node {node!r} has no plain LangGraph form yet: choose an alternative that has "
            f"one ({', '.join(FORMS)}), or export the weights."
        )
    read = {name: _read(getattr(layer, name), value) for name in (form.examples, *form.settings)}
    if examples := read.pop(form.examples):
        yield PlainLayer(node, form, examples, read)
    yield from plain_layers(node, vars(layer)["inner"], value)


def _read(attribute: Any, value: Value) -> Any:
    return plain(value(attribute) if isinstance(attribute, Parameter) else attribute)
