"""A node as it is, with fixed worked examples, or with retrieved ones: which of them is chosen by training."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.layers.demonstrations import Demonstrations
from llmdl_plugins.layers.retrieved import RetrievedDemonstrations
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network, trainable
from llmdl_recipes.place import PLAIN, Place, chosen_node

_WHAT = "What is tried without a --teacher, worked examples,"


def demonstrations(app: Any, *, node: str | None = None, source: str | None = None) -> Network:
    """Let a node see worked examples, the same always or those that suit; it starts as it is.

        question ─▶ examples, question ─▶ node ─▶ update

    Calls: c, those of the node, whatever is chosen.

    Helps where answers follow from examples that resemble the question.  Does not where every question is its own kind.

    Args:
        app: a chain, a graph, a program, or the network of one.
        node: the node; the only one, or the only one with a prompt, by default.
        source: the key that the examples stand in front of; where the node reads only one, or messages, it is found.

    Raises:
        MisuseError: no such node, several that could be meant, or its source is not known.

    Source: few-shot prompting (Brown et al., 2020); retrieved demonstrations (Liu et al., 2022).
    """
    network = trainable(app)
    place = Place(network, chosen_node(network, node, _WHAT), source)

    def wrapped(inner: Module) -> Choice:
        static, retrieved = Demonstrations(inner, place.source), RetrievedDemonstrations(inner, place.source)
        return Choice({PLAIN: inner, "static": static, "retrieved": retrieved})

    return network.variant(wrap={place.node: wrapped})
