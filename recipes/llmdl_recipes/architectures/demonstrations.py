"""A node as it is, with fixed worked examples, or with retrieved ones: which of them is chosen by training."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.layers.demonstrations import Demonstrations
from llmdl_plugins.layers.retrieved import RetrievedDemonstrations
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network, trainable
from llmdl_recipes.place import PLAIN, chosen_node


def demonstrations(app: Any, node: str | None = None, source: str = "messages") -> Network:
    """The application with a choice of plain, static and retrieved at a node; it starts as it is.

    Calls: c, those of the node, whatever is chosen.

    Helps where answers follow from examples that resemble the question.  Does not where every question is its own kind.

    Args:
        app: a chain, a graph, or the network of one.
        node: the node to wrap; the only one whose model is given a trainable prompt, by default.
        source: the state key that the node reads and the examples stand in front of.

    Raises:
        MisuseError: no such node, or several that could be meant.
    """

    def wrapped(inner: Module) -> Choice:
        return Choice(
            {
                PLAIN: inner,
                "static": Demonstrations(inner, source),
                "retrieved": RetrievedDemonstrations(inner, source),
            }
        )

    network = trainable(app)
    return network.variant(wrap={chosen_node(network, node): wrapped})
