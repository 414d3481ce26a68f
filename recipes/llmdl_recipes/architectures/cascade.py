"""Cascade: the cheap answer first; the dear one only where the cheap one is not trusted."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.containers.cascade import Cascade
from llmdl_plugins.containers.vote import Vote
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_recipes.place import Place, around

JUDGE = "You are given a question and a draft answer. How sure are you that the draft is right? Say a number, 0 to 100."


def cascade(
    app: Any,
    draws: int = 5,
    *,
    node: str | None = None,
    source: str | None = None,
    model: BaseChatModel | None = None,
) -> Network:
    """Keep a node's first answer where a judge trusts it, and vote over several where not; it starts as the node alone.

        state ─▶ node ─▶ trusted? ─ yes ─▶ update
                            │ no
                            └─▶ vote over n draws of the node ─▶ update

    Calls: c + 1 where the first is trusted, c + 1 + n · c where not; c at threshold 0.

    Helps where most questions are easy, a few pay for more draws, and the judge can tell which.  Does not where the
    judge is as sure of wrong answers as of right ones, nor at temperature 0, where more draws say the same.

    Args:
        app: a chain, a graph, a program, or the network of one.
        draws: the most draws of the second stage that training may choose.
        node: the node; the only one, or the only one with a prompt, by default.
        source: the key that the node is asked with; where it reads only one, or messages, it is found.
        model: the judge; the node's own model, by default.

    Raises:
        MisuseError: the node can't run more than once for an answer, or its model or source are not known.

    Source: FrugalGPT (Chen et al., 2023); adaptive consistency (Aggarwal et al., 2023).
    """

    def made(place: Place, inner: Module) -> Cascade:
        return Cascade([inner, Vote(inner, draws)], place.prompt(JUDGE, ["draft"], "trust"))

    return around(app, "cascade", made, node=node, source=source, model=model)
