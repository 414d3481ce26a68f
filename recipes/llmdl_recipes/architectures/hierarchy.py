"""Hierarchy: one node reads every piece of a long text; a tree fuses the answers, a few at a time."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.containers.hierarchy import Hierarchy
from llmdl_plugins.layers.fuse import Fuse
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_recipes.place import FUSED, Place, around


def hierarchy(
    app: Any,
    width: int = 400,
    fan: int = 4,
    *,
    node: str | None = None,
    source: str | None = None,
    model: BaseChatModel | None = None,
) -> Network:
    """Let a node read every piece of a long text, and fuse the answers in a tree; it starts as the node on the whole.

        piece 1 ─▶ node ─┐
        piece 2 ─▶ node ─┴─▶ fuse ─┐
        piece 3 ─▶ node ─┐         ├─▶ fuse ─▶ update
        piece 4 ─▶ node ─┴─▶ fuse ─┘

    Calls: n · c for n pieces, and the fuses of the tree above them; c for a text of one piece.

    Helps where a long text is to be condensed or judged, and no call may read more than a piece.  Does not where a sum
    or a majority says the same without a model (windows), nor on short texts.

    Args:
        app: a chain, a graph, a program, or the network of one.
        width: tokens of a piece at most; half and double of it can be chosen too.
        fan: how many answers a fuse reads.
        node: the node; the only one, or the only one with a prompt, by default.
        source: the key with the long text; where the node reads only one, or messages, it is found.
        model: fuses; the node's own model, by default.

    Raises:
        MisuseError: the node can't run more than once for an answer, a size is too small, or its model or source are
            not known.

    Source: hierarchical merging (Chang et al., 2023); hierarchical attention (Yang et al., 2016).
    """

    def made(place: Place, inner: Module) -> Hierarchy:
        return Hierarchy(inner, Fuse(place.model, "drafts", FUSED), place.source, width, fan)

    return around(app, "hierarchy", made, node=node, source=source, model=model)
