"""Attention: a node reads what stands in the pieces of a long text that suit the question, not the whole."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.containers.encoded import Encoded
from llmdl_plugins.layers.attention import Attention
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_recipes.place import Place, around


def attention(
    app: Any,
    k: int = 4,
    width: int = 200,
    *,
    pieces: str | None = None,
    node: str | None = None,
    source: str | None = None,
    model: BaseChatModel | None = None,
) -> Network:
    """Let a node read, for a long text, what its pieces say to the question; it starts as the node on the whole.

        question ─▶ query ─▶ nearest of n pieces ─▶ k pieces ─▶ value ─▶ what they say ─▶ node ─▶ update

    Calls: 2 + c for a node that makes c calls; n more, once a text, where keys are written.

    Helps where a long text holds the answer at one or two places that share words with the question.  Does not where
    the answer is spread over all of it, such as a count, nor on short texts.

    Args:
        app: a chain, a graph, a program, or the network of one.
        k: how many pieces are read.
        width: tokens of a piece at most.
        pieces: the key with the long text; the only one that the node is given beside `source`, by default.
        node: the node; the only one, or the only one with a prompt, by default.
        source: the key with the question; where the node reads only one, or messages, it is found.
        model: queries and reads; the node's own model, by default.

    Raises:
        MisuseError: the node acts on the world outside, a size is too small, or its model or keys are not known.

    Source: attention (Bahdanau et al., 2015); retrieval-augmented generation (Lewis et al., 2020).
    """

    def made(place: Place, inner: Module) -> Encoded:
        text = place.beside(pieces)
        return Encoded(Attention(place.model, place.source, text, place.free("read"), k, width), inner, text)

    return around(app, "attention", made, node=node, source=source, model=model)
