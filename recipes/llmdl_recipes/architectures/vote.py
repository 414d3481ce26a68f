"""Ensemble: one node, drawn several times; the answer that most draws give."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.containers.vote import Vote
from llmdl_plugins.network import Network
from llmdl_recipes.place import around


def vote(app: Any, draws: int = 5, *, node: str | None = None, source: str | None = None) -> Network:
    """Draw a node several times and take the answer that most draws mean; it starts as the node alone.

               ┌─▶ node ─┐
        state ─┼─▶ node ─┼─▶ majority ─▶ update
               └─▶ node ─┘

    Calls: n · c for n draws of a node that makes c calls.

    Helps where single draws are right more often than not and differ: temperature above 0, an answer that can be
    compared.  Does not at temperature 0, where all draws are one, nor where all draws make the same mistake.

    Args:
        app: a chain, a graph, a program, or the network of one.
        draws: the most draws that training may choose.
        node: the node; the only one, or the only one with a prompt, by default.
        source: is not read: votes need no question.

    Raises:
        MisuseError: the node can't run more than once for an answer, or is not the only one and was not named.

    Source: self-consistency (Wang et al., 2022); bagging (Breiman, 1996).
    """
    return around(app, "vote", lambda place, inner: Vote(inner, draws), node=node, source=source)
