"""Mixture of experts: a router picks a few copies of a node, each with prompts of its own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.containers.mixture import Mixture
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_recipes.place import Place, around

EXPERTS = MappingProxyType({"general": "everyday questions", "special": "questions that need special knowledge"})


def mixture(
    app: Any,
    experts: Mapping[str, str] = EXPERTS,
    *,
    node: str | None = None,
    source: str | None = None,
    model: BaseChatModel | None = None,
) -> Network:
    """Let a router choose which copies of a node answer, each with prompts of its own; it starts as the node alone.

                          ┌─▶ expert a
        state ─▶ router ──┼─▶ expert b ─┬─▶ fuse ─▶ update
                          └─▶ expert c ─┘

    Calls: 1 + c for one expert of c calls; 1 + k · c + 1 for k of them.

    Helps where questions are of kinds that can be told apart and need instructions that get in each other's way.  Does
    not where they are all of one kind: then the router is a call for nothing, and each expert sees fewer examples.

    Args:
        app: a chain, a graph, a program, or the network of one.
        experts: name → what it is for, in the words that the router reads.
        node: the node; the only one, or the only one with a prompt, by default.
        source: the key that the node is asked with; where it reads only one, or messages, it is found.
        model: routes and fuses; the node's own model, by default.

    Raises:
        MisuseError: the node can't run more than once for an answer, has no prompt, or its model or source are not
            known.

    Source: sparsely gated mixture of experts (Shazeer et al., 2017).
    """

    def made(place: Place, inner: Module) -> Mixture:
        router = place.prompt(routing(experts), [], "route")
        return Mixture(router, place.copies(inner, list(experts)), place.fuse())

    return around(app, "mixture", made, node=node, source=source, model=model)


def routing(experts: Mapping[str, str]) -> str:
    """What the router is told.

    Raises:
        MisuseError: it is not said what an expert is for.

    >>> print(routing({"sums": "numbers", "words": "all else"}))
    Who should answer? Say one name, nothing else.
    - sums: numbers
    - words: all else
    """
    if not isinstance(experts, Mapping):
        raise MisuseError(f"mixture needs experts as name → what it is for, got {experts!r}.")
    return "\n".join(["Who should answer? Say one name, nothing else.", *(f"- {n}: {w}" for n, w in experts.items())])
