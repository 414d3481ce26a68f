"""Gated memory: named slots are kept, written or erased as a long text is read; the node answers from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.containers.encoded import Encoded
from llmdl_plugins.layers.gated import Gated
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_recipes.place import Place, around

SLOTS = ("asked for", "names and numbers", "open")


def gated(
    app: Any,
    slots: Sequence[str] = SLOTS,
    bound: int = 200,
    width: int = 400,
    *,
    node: str | None = None,
    source: str | None = None,
    model: BaseChatModel | None = None,
) -> Network:
    """Let a node answer from slots that gates fill while a long text is read; it starts as the node on the whole.

        piece ─┬─▶ gate ─┬─ keep ──▶ slot as it is ─┐
        slots ─┘         ├─ erase ─▶ slot is empty ─┼─▶ next piece ─▶ … ─▶ node ─▶ update
                         └─ write ─▶ slot anew ─────┘

    Calls: n + c to 2 · n + c for n pieces and a node that makes c calls.

    Helps where a few named things are followed through a long text, and most pieces change none of them.  Does not
    where it is not known beforehand what to look for, nor where a model can't keep to the form of a gate.

    Args:
        app: a chain, a graph, a program, or the network of one.
        slots: the names of what is followed.
        bound: tokens of all slots together.
        width: tokens of a piece at most.
        node: the node; the only one, or the only one with a prompt, by default.
        source: the key with the long text; where the node reads only one, or messages, it is found.
        model: gates and writes; the node's own model, by default.

    Raises:
        MisuseError: the node acts on the world outside, a size is too small, or its model or source are not known.

    Source: long short-term memory (Hochreiter and Schmidhuber, 1997).
    """

    def made(place: Place, inner: Module) -> Encoded:
        reader = Gated(place.model, slots, place.source, place.free("memory"), (), bound, width)
        return Encoded(reader, inner, place.source)

    return around(app, "gated", made, node=node, source=source, model=model)
