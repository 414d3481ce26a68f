"""Where a recipe is put: one node, and what is known of it; the node as it is stays the first of two alternatives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel

from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.containers.untied import Untied
from llmdl_plugins.errors import MisuseError, did_you_mean
from llmdl_plugins.layers.fuse import Fuse
from llmdl_plugins.layers.prompt import Prompt
from llmdl_plugins.module import Module
from llmdl_plugins.network import Network, trainable

PLAIN = "plain"
FUSED = "fused"


@dataclass(frozen=True)
class Place:
    """A node of a network, and what is asked beside it.

    Args:
        network: the application.
        node: the name of the node.
        given_source: the key that the node reads, where it is said.
        given_model: the chat model of what is put around the node, where it is said.
    """

    network: Network
    node: str
    given_source: str | None = None
    given_model: BaseChatModel | None = None

    @property
    def source(self) -> str:
        """The key that the node is asked with.

        Raises:
            MisuseError: the node has no such key, or it is not said and the node may read several.
        """
        known = self.network.keys(self.node)
        if self.given_source and known and self.given_source not in known:
            near = did_you_mean(self.given_source, known)
            raise MisuseError(
                f"Node {self.node!r} is given no {self.given_source!r} (it has {', '.join(known)}).{near}"
            )
        if self.given_source:
            return self.given_source
        if "messages" in known or len(known) == 1:
            return "messages" if "messages" in known else known[0]
        keys = f"it may read {', '.join(known)}" if known else "its keys are not known"
        raise MisuseError(f"Say what node {self.node!r} is asked with (source, --source KEY): {keys}.")

    def free(self, key: str) -> str:
        """A key for what is handed to the node: none of its state, for what stands there would be gone on with."""
        known = self.network.keys(self.node)
        names = [key, *(f"{key}_{n}" for n in range(2, len(known) + 3))]
        return next(name for name in names if name not in known)

    def beside(self, key: str | None) -> str:
        """A key that the node is given beside what it is asked with: the one that is said, or the only one.

        Raises:
            MisuseError: there is none, or none is said of several.
        """
        known = [other for other in self.network.keys(self.node) if other != self.source]
        if key is None and len(known) != 1:
            keys = ", ".join(known) or "none that is known"
            raise MisuseError(
                f"Say which key of node {self.node!r} holds the long text, pieces=KEY (in a space pieces: KEY): {keys}."
            )
        if key is not None and known and key not in known:
            raise MisuseError(f"Node {self.node!r} is given no {key!r} beside its question.{did_you_mean(key, known)}")
        return key or known[0]

    @property
    def model(self) -> Any:
        """What answers the prompts around the node: its own model, if no other one is given.

        Raises:
            MisuseError: the node makes its model as it runs, or has several.
        """
        found = self.given_model or self.network.model(self.node)
        if found is None:
            raise MisuseError(
                f"Node {self.node!r} holds no one chat model that the prompts around it could ask: give model=…, or "
                "keep its model in a variable of your module."
            )
        return found

    def prompt(self, instruction: str, keys: Sequence[str], target: str) -> Prompt:
        """A prompt beside the node; it reads what the node is asked with, and these keys."""
        return Prompt(self.model, instruction, (self.source, *keys), target)

    def fuse(self) -> Fuse:
        """One answer of several drafts."""
        return Fuse(self.model, (self.source, "drafts"), FUSED)

    def copies(self, inner: Module, names: Sequence[str]) -> dict[str, Untied]:
        """Copies of the node by name, each with prompts of its own.

        Raises:
            MisuseError: the node has no prompt that a copy could have another one of.
        """
        begin = f"{self.node}/"
        texts = {
            name.removeprefix(begin): parameter
            for name, parameter in self.network.named_parameters().items()
            if name.startswith(begin) and parameter.kind == "text" and parameter.trainable and "/tool:" not in name
        }
        if not texts:
            raise MisuseError(
                f"Node {self.node!r} has no trainable prompt: copies of it would all be the same. Take vote, which "
                "draws one prompt several times, or put it around another node."
            )
        return {name: Untied(inner, texts) for name in names}


def around(
    app: Any,
    name: str,
    make: Callable[[Place, Module], Module],
    *,
    node: str | None = None,
    source: str | None = None,
    model: BaseChatModel | None = None,
) -> Network:
    """The application with a choice at a node: as it is, which it starts as, or what is made around it.

    Args:
        app: a chain, a graph, a program, or the network of one.
        name: what the alternative is called.
        make: the architecture, of the place and the node as a layer.
        node: the node; the only one, or the only one with a prompt, by default.
        source: the key that the node is asked with; where it reads only one, or messages, it is found.
        model: answers the prompts around the node; its own model, by default.

    Raises:
        MisuseError: no such node, several that could be meant, or one that does more than answer.
    """
    network = trainable(app)
    place = Place(network, chosen_node(network, node, name), source, model)
    if effects := network.effects(place.node):
        raise MisuseError(
            f"{name} can't stand around node {place.node!r}, which would do again for one answer what it does beside "
            f"answering: {'; '.join(effects)}. Put it around a node that only answers."
        )
    return network.variant(wrap={place.node: lambda inner: Choice({PLAIN: inner, name: make(place, inner)})})


def chosen_node(network: Network, node: str | None, name: str) -> str:
    """The node that is meant.

    Args:
        name: what stands around it.

    Raises:
        MisuseError: the network has no such node, or several could be meant.
    """
    nodes = network.nodes()
    if node is None:
        with_prompt = {n.partition("/")[0] for n, p in network.named_parameters().items() if _is_prompt(n, p.kind)}
        meant = nodes if len(nodes) == 1 else [n for n in nodes if n in with_prompt]
        if len(meant) != 1:
            raise MisuseError(
                f"{name} stands around one node: name it (--node): {', '.join(nodes) or 'this network has none'}."
            )
        return meant[0]
    if node not in nodes:
        raise MisuseError(f"No node {node!r}.{did_you_mean(node, nodes)}")
    return node


def _is_prompt(name: str, kind: str) -> bool:
    return kind == "text" and "/tool:" not in name
