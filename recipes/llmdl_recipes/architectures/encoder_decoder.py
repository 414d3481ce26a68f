"""Encoder and decoder: a prompt says in few words what was asked; the node answers that, and sees nothing else."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.containers.encoded import Encoded
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_recipes.place import Place, around

ENCODE = "Say in one short sentence what the text asks for. Keep names and numbers. Answer with that sentence only."


def encoder_decoder(
    app: Any, *, node: str | None = None, source: str | None = None, model: BaseChatModel | None = None
) -> Network:
    """Let an encoder rewrite what a node is asked with; it starts as the node on the original.

        text ─▶ encoder ─▶ code ─▶ node ─▶ update

    Calls: 1 + c for a node that makes c calls.

    Helps where inputs are long and wordy, and what matters of them is short.  Does not where the node reads them well:
    what the encoder leaves out is lost.

    Args:
        app: a chain, a graph, a program, or the network of one.
        node: the node; the only one, or the only one with a prompt, by default.
        source: the key that the node is asked with; where it reads only one, or messages, it is found.
        model: encodes; the node's own model, by default.

    Raises:
        MisuseError: the node acts on the world outside, or its model or source are not known.

    Source: encoder-decoder (Cho et al., 2014); rewrite-retrieve-read (Ma et al., 2023).
    """

    def made(place: Place, inner: Module) -> Encoded:
        return Encoded(Prompt(place.model, ENCODE, place.source, "code"), inner, place.source)

    return around(app, "encoder-decoder", made, node=node, source=source, model=model)
