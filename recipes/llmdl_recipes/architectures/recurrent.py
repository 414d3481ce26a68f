"""Recurrent reader: one prompt reads a long text piece by piece and keeps notes; the node answers from these."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.containers.encoded import Encoded
from llmdl_plugins.layers.recurrent import Recurrent
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_recipes.place import Place, around


def recurrent(
    app: Any,
    bound: int = 200,
    width: int = 400,
    *,
    node: str | None = None,
    source: str | None = None,
    model: BaseChatModel | None = None,
) -> Network:
    """Let a node answer from notes that were kept while a long text was read; it starts as the node on the whole.

        piece 1 ─▶ cell ─▶ notes ─▶ cell ─▶ notes ─▶ … ─▶ node ─▶ update
                        piece 2 ───┘

    Calls: n + c for n pieces and a node that makes c calls.

    Helps where order matters and each piece changes what was known before: stories, logs, threads.  Does not where
    each piece can be answered alone (windows): every hop may lose what was noted before.

    Args:
        app: a chain, a graph, a program, or the network of one.
        bound: tokens of the notes at most; half of it can be chosen too.
        width: tokens of a piece at most.
        node: the node; the only one, or the only one with a prompt, by default.
        source: the key with the long text; where the node reads only one, or messages, it is found.
        model: keeps the notes; the node's own model, by default.

    Raises:
        MisuseError: the node acts on the world outside, a size is too small, or its model or source are not known.

    Source: recurrent networks (Elman, 1990); incremental updating (Chang et al., 2023).
    """

    def made(place: Place, inner: Module) -> Encoded:
        reader = Recurrent(place.model, place.source, place.free("notes"), (), bound, width)
        return Encoded(reader, inner, place.source)

    return around(app, "recurrent", made, node=node, source=source, model=model)
