"""Multi-head: copies of one node with prompts of their own look at the same state; their answers become one."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.containers.multi_head import MultiHead
from llmdl_plugins.keys import at_least
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_recipes.place import Place, around


def multi_head(
    app: Any,
    heads: int = 3,
    *,
    node: str | None = None,
    source: str | None = None,
    model: BaseChatModel | None = None,
) -> Network:
    """Let several copies of a node, each with prompts of its own, answer, and fuse what they say; it starts as one.

               ┌─▶ head_1 ─┐
        state ─┼─▶ head_2 ─┼─▶ fuse, or majority ─▶ update
               └─▶ head_3 ─┘

    Calls: h · c + 1 for h heads of a node that makes c calls; h · c by majority.

    Helps where an answer has sides that one prompt does not hold at once, and training gives each head one of them.
    Does not before the heads have words of their own: until then they are one prompt, paid for h times.

    Args:
        app: a chain, a graph, a program, or the network of one.
        heads: how many.
        node: the node; the only one, or the only one with a prompt, by default.
        source: the key that the node is asked with; where it reads only one, or messages, it is found.
        model: fuses; the node's own model, by default.

    Raises:
        MisuseError: the node can't run more than once for an answer, has no prompt, or its model or source are not
            known.

    Source: multi-head attention (Vaswani et al., 2017); mixture of agents (Wang et al., 2024).
    """

    def made(place: Place, inner: Module) -> MultiHead:
        most = at_least("multi_head", "heads", heads, 2, "one head is the node itself")
        return MultiHead(place.copies(inner, [f"head_{n}" for n in range(1, most + 1)]), place.fuse())

    return around(app, "multi-head", made, node=node, source=source, model=model)
