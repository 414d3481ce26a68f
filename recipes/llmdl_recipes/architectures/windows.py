"""Convolution and pooling: one node reads a long text window by window; the answers are pooled."""

from __future__ import annotations

from typing import Any

from llmdl_plugins.containers.windows import Windows
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_recipes.place import Place, around


def windows(app: Any, width: int = 400, *, node: str | None = None, source: str | None = None) -> Network:
    """Let a node read every window of a long text, and pool what it says; it starts as the node on the whole.

                     ┌─▶ window 1 ─▶ node ─┐
        long text ───┼─▶ window 2 ─▶ node ─┼─▶ majority, sum or concat ─▶ update
                     └─▶ window n ─▶ node ─┘

    Calls: n · c for n windows and a node that makes c calls; c for a text of one window.

    Helps where the whole is more than the model reads well and each part can be answered alone: counts, mentions,
    lists.  Does not where the answer needs parts that stand far from each other, nor on short texts.

    Args:
        app: a chain, a graph, a program, or the network of one.
        width: tokens of a window at most; half and double of it can be chosen too.
        node: the node; the only one, or the only one with a prompt, by default.
        source: the key with the long text; where the node reads only one, or messages, it is found.

    Raises:
        MisuseError: the node can't run more than once for an answer, the width is too small, or the source is not
            known.

    Source: convolution and pooling (LeCun et al., 1989); map-reduce over documents.
    """

    def made(place: Place, inner: Module) -> Windows:
        return Windows(inner, place.source, width)

    return around(app, "windows", made, node=node, source=source)
