"""Multi-layer perceptron: a layer of prompts side by side makes notes; the node is the layer that answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.containers.noted import Noted
from llmdl_plugins.layers.mlp import MLP, UNITS
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_recipes.place import Place, around


def mlp(
    app: Any,
    units: Sequence[Sequence[str]] = UNITS,
    *,
    node: str | None = None,
    source: str | None = None,
    model: BaseChatModel | None = None,
) -> Network:
    """Let layers of prompts make notes that a node reads behind its question; it starts as the node without notes.

               ┌─▶ unit 1 ─┐
        state ─┼─▶ unit 2 ─┼─▶ fuse ─▶ notes ─┐
               ├─▶ unit 3 ─┘                  │
               └──────────────────────────────┴─▶ node ─▶ update

    Calls: w · l + 1 + c for l layers of w units and a node that makes c calls.

    Helps where an answer rests on several intermediate results that no single prompt brings.  Does not where one
    reading is enough: then w calls say the same, and the fuse can only lose.

    Args:
        app: a chain, a graph, a program, or the network of one.
        units: layer by layer, the instructions of its units.
        node: the node; the only one, or the only one with a prompt, by default.
        source: the key that the node is asked with; where it reads only one, or messages, it is found.
        model: makes the notes; the node's own model, by default.

    Raises:
        MisuseError: the node acts on the world outside, a layer has no units, or its model or source are not known.

    Source: back-propagation networks (Rumelhart et al., 1986); Deep Language Networks (Sordoni et al., 2023).
    """

    def made(place: Place, inner: Module) -> Noted:
        return Noted(MLP(place.model, place.source, place.free("notes"), units), inner, place.source)

    return around(app, "mlp", made, node=node, source=source, model=model)
