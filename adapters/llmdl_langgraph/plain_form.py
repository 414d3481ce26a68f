"""How layers are written as plain code: each kind is a call of a function of the wiring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.runnables import Runnable

from llmdl_langgraph.black_box import BlackBox
from llmdl_plugins.containers.choice import Choice
from llmdl_plugins.containers.untied import Untied
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers.mlp import MLP
from llmdl_plugins.module import Module
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON, plain

Value = Callable[[Parameter], Any]


@dataclass(frozen=True)
class Called:
    """A call of a function of the wiring.

    Args:
        function: its name, and that of the file with it.
        given: its arguments.
    """

    function: str
    given: Mapping[str, Expression]


@dataclass(frozen=True)
class Named:
    """A name of the written module."""

    name: str


Expression = Called | Named | JSON | Mapping[str, "Expression"] | Sequence["Expression"]


@dataclass(frozen=True)
class Form:
    """How one kind of layer is written.

    Args:
        function: of the wiring.
        takes: attributes of the layer, which are the arguments.
        examples: the one of them that is a list of demonstrations; without any, the layer is its `inner`.
        requires: the distributions that its file imports.
    """

    function: str
    takes: tuple[str, ...]
    examples: str = ""
    requires: tuple[str, ...] = ()


_PROMPT = ("model", "instruction", "source", "target")
_ATTENTION = ("model", "source", "pieces", "target", "k", "width", "keys", "query", "key", "value")
FORMS = {
    "Prompt": Form("prompt", (*_PROMPT, "demos")),
    "Fuse": Form("prompt", _PROMPT),
    "Identity": Form("identity", ()),
    "Demonstrations": Form("demonstrations", ("inner", "source", "demos"), "demos"),
    "RetrievedDemonstrations": Form("retrieved", ("inner", "source", "pool", "k", "select"), "pool", ("bm25s",)),
    "Sequential": Form("sequential", ("layers",)),
    "Optional": Form("optional", ("inner", "runs")),
    "Skip": Form("skip", ("inner", "hides")),
    "MLP": Form("mlp", ("units", "fuse")),
    "Recurrent": Form("recurrent", ("model", "source", "target", "bound", "width", "cell", "beside")),
    "Gated": Form("gated", ("model", "slots", "source", "target", "bound", "width", "gate", "write", "beside")),
    "Attention": Form("attention", _ATTENTION, requires=("bm25s",)),
    "Noted": Form("noted", ("layer", "inner", "source", "told")),
    "Encoded": Form("encoded", ("encoder", "inner", "source")),
    "Vote": Form("vote", ("inner", "draws", "target")),
    "MultiHead": Form("multi_head", ("heads", "fuse", "joined_by", "target")),
    "Mixture": Form("mixture", ("router", "experts", "fuse", "k", "target")),
    "Route": Form("route", ("router", "branches")),
    "Cascade": Form("cascade", ("stages", "judge", "threshold")),
    "Refine": Form("refine", ("inner", "critic", "source", "rounds", "again", "target")),
    "Residual": Form("residual", ("f", "judge", "accepts")),
    "Windows": Form("windows", ("inner", "source", "width", "pool", "target")),
    "Hierarchy": Form("hierarchy", ("inner", "fuse", "source", "width", "fan", "target")),
}


@dataclass
class Written:
    """What a module needs beside the expressions in it; it fills up while they are written.

    Args:
        own: how a node of an application is written.
        functions: of the wiring.
        requires: distributions.
        examples: name → demonstrations.
        models: the chat models.
        copies: of the application, each with the value of every text in it.
    """

    own: Callable[[str, str], str]
    functions: set[str] = field(default_factory=set)
    requires: set[str] = field(default_factory=set)
    examples: dict[str, JSON] = field(default_factory=dict)
    models: list[Runnable[Any, Any]] = field(default_factory=list)
    copies: list[Value] = field(default_factory=list)

    def layer(self, node: str, layer: Module, value: Value, app: str = "original") -> Expression:
        """A layer under these values; of a choice, only the chosen.

        Args:
            node: where it stands.
            layer: the layer.
            value: the value of each parameter.
            app: what the application is called that has the node.

        Raises:
            MisuseError: a layer has no plain form.
        """
        if isinstance(layer, BlackBox):
            return Named(self.own(app, node))
        if isinstance(layer, Choice):
            return self.layer(node, layer.alternatives[value(layer.chosen)], value, app)
        if isinstance(layer, Untied):
            return self._untied(node, layer, value, app)
        form = FORMS.get(type(layer).__name__)
        if form is None or (isinstance(layer, MLP) and not layer.activation.takes_any_text):
            raise MisuseError(
                f"{type(layer).__name__} at node {node!r} has no plain LangGraph form yet: choose an alternative that "
                f"has one ({', '.join(FORMS)}), or export the weights."
            )
        if form.examples and not value(getattr(layer, form.examples)):
            return self.layer(node, vars(layer)["inner"], value, app)
        self.functions.add(form.function)
        self.requires |= set(form.requires)
        given = {name: part for name in form.takes if (part := getattr(layer, name)) is not None}
        return Called(form.function, {name: self._part(node, part, value, app) for name, part in given.items()})

    def _untied(self, node: str, layer: Untied, value: Value, app: str) -> Expression:
        """The block with its own words: where they differ, those of a copy of the application."""
        here = layer.copies()
        if all(value(copy) == value(shared) for shared, copy in here.items()):
            return self.layer(node, layer.inner, value, app)
        self.copies.append(lambda parameter: value(here.get(parameter, parameter)))
        return self.layer(node, layer.inner, self.copies[-1], f"copy_{len(self.copies)}")

    def _part(self, node: str, part: Any, value: Value, app: str) -> Expression:
        match part:
            case Module():
                return self.layer(node, part, value, app)
            case Parameter(kind="demos"):
                return self._examples(node, value(part))
            case Parameter():
                return plain(value(part))
            case Runnable():
                return self._model(part)
            case Mapping():
                return {name: self._part(node, one, value, app) for name, one in part.items()}
            case list():
                return [self._part(node, one, value, app) for one in part]
        return plain(part)

    def _examples(self, node: str, demos: Any) -> Expression:
        self.examples[f"{node} {len(self.examples) + 1}"] = plain(demos)
        return Named(f"EXAMPLES[{list(self.examples)[-1]!r}]")

    def _model(self, model: Runnable[Any, Any]) -> Named:
        if not any(model is known for known in self.models):
            self.models.append(model)
        return Named(f"model_{next(n for n, known in enumerate(self.models, 1) if known is model)}")
