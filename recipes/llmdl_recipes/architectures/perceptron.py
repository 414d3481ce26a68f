"""Perceptron: one prompt notes what matters; the node answers with its notes beside the question."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.containers.noted import Noted
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network
from llmdl_recipes.place import Place, around

NOTE = "Note in one short sentence what is asked for, and by which words one can tell."


def perceptron(
    app: Any, *, node: str | None = None, source: str | None = None, model: BaseChatModel | None = None
) -> Network:
    """Let a prompt make notes that a node reads behind its question; it starts as the node without notes.

        state ─┬─▶ prompt ─▶ notes ─┐
               └────────────────────┴─▶ node ─▶ update

    Calls: 1 + c for a node that makes c calls.

    Helps where an intermediate result can be said and trained by itself: which rule applies, what is given.  Does not
    where the node sees it at once: notes of a weak model then lead it astray.

    Args:
        app: a chain, a graph, a program, or the network of one.
        node: the node; the only one, or the only one with a prompt, by default.
        source: the key that the node is asked with; where it reads only one, or messages, it is found.
        model: makes the notes; the node's own model, by default.

    Raises:
        MisuseError: the node acts on the world outside, or its model or source are not known.

    Source: perceptron (Rosenblatt, 1958); scratchpads (Nye et al., 2021).
    """

    def made(place: Place, inner: Module) -> Noted:
        return Noted(place.prompt(NOTE, [], "notes"), inner, place.source)

    return around(app, "perceptron", made, node=node, source=source, model=model)
