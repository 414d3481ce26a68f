"""Residual refinement: an answer is criticised and given again, until nothing is wrong with it."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.containers.refine import Refine
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_recipes.place import Place, around

CRITIC = (
    "You check a draft answer against what was asked. If the draft is right, answer NONE. "
    "Otherwise say in one sentence what is wrong with it."
)


def refine(
    app: Any,
    rounds: int = 1,
    *,
    node: str | None = None,
    source: str | None = None,
    model: BaseChatModel | None = None,
) -> Network:
    """Let a critic read a node's answer, and ask the node again with the critique; it starts as the node alone.

        state ─▶ node ─▶ draft ─▶ critic ─┬─ NONE ─▶ update
                  ▲                       │
                  └── draft and critique ─┘

    Calls: c + 1 to c + r · (1 + c) for r rounds at a node that makes c calls.

    Helps where a mistake is easier to see than to avoid: formats, sums, constraints that a reader can check.  Does not
    where the critic knows no more than the node did: it then talks right answers away too.

    Args:
        app: a chain, a graph, a program, or the network of one.
        rounds: the most rounds that training may choose.
        node: the node; the only one, or the only one with a prompt, by default.
        source: the key that the node is asked with; where it reads only one, or messages, it is found.
        model: the critic; the node's own model, by default.

    Raises:
        MisuseError: the node can't run more than once for an answer, or its model or source are not known.

    Source: Self-Refine (Madaan et al., 2023); residual learning (He et al., 2016).
    """

    def made(place: Place, inner: Module) -> Refine:
        return Refine(inner, place.prompt(CRITIC, ["draft"], "critique"), place.source, rounds)

    return around(app, "refine", made, node=node, source=source, model=model)
