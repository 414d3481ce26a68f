"""Stochastic depth: a node that may be left out, where what it brings is not worth its calls."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers.identity import Identity
from llmdl_plugins.network import Network, trainable
from llmdl_recipes.place import around


def leave_out(app: Any, *, node: str | None = None, source: str | None = None) -> Network:
    """Go past a node; it starts as the node.

        state ─▶ nothing

    Calls: c, or none.

    Helps where a node that plans, checks or rewrites does not earn its calls: put it around each of them, and search
    with `--aim "cost, 3 points"`.  Does not where others read what only this node writes.

    Args:
        app: a chain, a graph, a program, or the network of one.
        node: the node; the only one, or the only one with a prompt, by default.
        source: is not read: nothing is asked.

    Raises:
        MisuseError: the node has effects, was not named where several could be meant, or is the only one.

    Source: stochastic depth (Huang et al., 2016).
    """
    network = trainable(app)
    if len(network.nodes()) == 1:
        raise MisuseError(f"leave-out goes past a node of several: {network.name} has one, and without it no answer.")
    return around(network, "leave-out", lambda place, inner: Identity(), node=node, source=source)
