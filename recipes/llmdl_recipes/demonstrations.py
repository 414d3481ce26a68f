"""A node as it is, with fixed worked examples, or with retrieved ones: which of them is chosen by training."""

from __future__ import annotations

from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.errors import MisuseError, did_you_mean
from llmdl_plugins.layers.demonstrations import Demonstrations
from llmdl_plugins.layers.retrieved import RetrievedDemonstrations
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network


def demonstrations(network: Network, node: str | None = None, source: str = "messages") -> Network:
    """The network with a choice of plain, static and retrieved at a node; it starts as the given one.

    Args:
        network: a network with nodes.
        node: the node to wrap; the only one whose model is given a trainable prompt, by default.
        source: the state key that the node reads and the examples stand in front of.

    Raises:
        MisuseError: no such node, or several that could be meant.
    """
    chosen = node or _only_node(network)
    if chosen not in network.nodes():
        raise MisuseError(f"No node {chosen!r}.{did_you_mean(chosen, network.nodes())}")

    def wrapped(inner: Module) -> Choice:
        return Choice(
            {
                "plain": inner,
                "static": Demonstrations(inner, source),
                "retrieved": RetrievedDemonstrations(inner, source),
            }
        )

    return network.variant(wrap={chosen: wrapped})


def _only_node(network: Network) -> str:
    texts = [name for name, p in network.named_parameters().items() if p.kind == "text" and "/tool:" not in name]
    owners = {name.partition("/")[0] for name in texts}
    nodes = [n for n in network.nodes() if n in owners]
    if len(nodes) != 1:
        raise MisuseError(f"Name the node to wrap (--node): {', '.join(network.nodes()) or 'this network has none'}.")
    return nodes[0]
