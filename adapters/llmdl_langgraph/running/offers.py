"""The model and the options of a node as choices: nothing is chosen between until the user offers alternatives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables.base import RunnableBindingBase

from llmdl_langgraph.running.where import here
from llmdl_plugins.door import answers, asked
from llmdl_plugins.errors import MisuseError, did_you_mean
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON, plain
from llmdl_plugins.run.models import chat_model

AS_WRITTEN = "as written"
MODEL = "model"
COMMON = {"stop", "temperature", "max_tokens", "top_p", "seed", *answers.TELLING_ONLY}  # as every provider calls them
_OF_TOOLS = {"tools", "tool_choice", "parallel_tool_calls", "strict"}

Options = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Offer:
    """A choice for every model call of a node.

    Args:
        node: the node, with the graphs and agents in it.
        option: "model", or the name of a keyword argument of the call.
        parameter: which alternative is in force.
        models: name → model, where models are offered.
    """

    node: str
    option: str
    parameter: Parameter
    models: Mapping[str, BaseChatModel]

    def holds(self, node: str) -> bool:
        """Whether a node is the one that this is for, or inside it."""
        return node == self.node or node.startswith(f"{self.node}/")

    def told(self) -> JSON:
        """What is offered, as plain JSON."""
        models = {name: [type(m).__qualname__, plain(m.asdict())] for name, m in self.models.items()}
        return [list(self.parameter.options), answers.without_secrets(plain(models))]


def offer(name: str, alternatives: Any, nodes: Iterable[str]) -> Offer:
    """A choice by the name of its parameter.

    Args:
        name: `node/model` or `node/OPTION`.
        alternatives: name → chat model or `provider:name`; of an option, its values.
        nodes: the nodes of the graph.

    Raises:
        MisuseError: no such node, no alternatives, or something that is no chat model.
    """
    node, _, option = name.rpartition("/")
    if node not in (known := set(nodes)):
        raise MisuseError(f"{name!r} begins with no node of the graph.{did_you_mean(node, known)}")
    models = _models(alternatives, name) if option == MODEL else {}
    values = list(models) if option == MODEL else _values(alternatives, name)
    what = f"which model answers the calls of node {node}" if models else f"{option} of the model calls of node {node}"
    parameter = Parameter(AS_WRITTEN, kind="choice", role=what, options=[AS_WRITTEN, *values])
    return Offer(node, option, parameter, models)


def _models(alternatives: Any, name: str) -> dict[str, BaseChatModel]:
    if not isinstance(alternatives, Mapping) or not alternatives or AS_WRITTEN in alternatives:
        raise MisuseError(f"{name}: give models by names of your own, such as {{'small': 'openai:gpt-5-mini'}}.")
    models = {said: chat_model(model) for said, model in alternatives.items()}
    for said, model in models.items():
        if not isinstance(model, BaseChatModel):
            hint = " without what is bound to it" if isinstance(model, RunnableBindingBase) else ""
            raise MisuseError(f"{name}: {said!r} is a {type(model).__name__}: give the chat model itself{hint}.")
    return models


def _values(alternatives: Any, name: str) -> list[Any]:
    if not isinstance(alternatives, Sequence) or isinstance(alternatives, str) or not alternatives:
        raise MisuseError(f"{name}: give the values to choose from, such as [0.0, 0.7].")
    if not name.rpartition("/")[2].isidentifier():
        raise MisuseError(f"{name}: an option is named as the keyword argument of the call, such as temperature.")
    return list(alternatives)


def chosen(offers: Sequence[Offer], model: BaseChatModel, options: Options) -> tuple[BaseChatModel, Options]:
    """The model and the options of a call with what is chosen in force, each choice noted as read.

    Raises:
        MisuseError: what the call asks for can't be asked of the chosen model.
    """
    if not offers or (now := here()) is None:
        return model, options
    mine = [offer for offer in offers if offer.holds(now.nodes)]
    values = {offer: offer.parameter.value for offer in mine}
    taken = {offer: value for offer, value in values.items() if value != AS_WRITTEN}
    for offer in taken:
        if offer.option == MODEL:
            model, options = _moved(model, offer.models[taken[offer]], options, now.nodes)
    given = {offer.option: value for offer, value in taken.items() if offer.option != MODEL}
    return model, {**options, **given} if given else options


def _moved(old: BaseChatModel, new: BaseChatModel, options: Options, node: str) -> tuple[BaseChatModel, Options]:
    """The same call to another model; a model of the same class takes the same options."""
    if type(old) is type(new):
        return new, options
    strange = [key for key, value in options.items() if value is not None and key not in COMMON | _OF_TOOLS]
    if strange:
        advice = (
            "structured output moves between providers only as a tool (method='function_calling')"
            if any(key in asked.DEFINING for key in strange)
            else "leave it out of the call"
        )
        raise MisuseError(
            f"Node {node} calls {type(old).__name__} with {', '.join(strange)}, "
            f"which {type(new).__name__} may not know: {advice}, or offer models of class {type(old).__name__}."
        )
    common = {key: value for key, value in options.items() if key in COMMON}
    return new, {**common, **_tools(new, options)}


def _tools(new: BaseChatModel, options: Options) -> Options:
    if not options.get("tools"):
        return {}
    choice = _choice(options.get("tool_choice"))
    bound = new.bind_tools(options["tools"], **({"tool_choice": choice} if choice else {}))
    assert isinstance(bound, RunnableBindingBase)
    return dict(bound.kwargs)


def _choice(given: Any) -> Any:
    """A choice of tools as every provider's `bind_tools` takes it: "any", "auto", "none", or a name."""
    if isinstance(given, Mapping):
        named = given.get("function", given)
        return named.get("name") or ("any" if given.get("type") in ("any", "required") else given.get("type"))
    return "any" if given in ("required", True) else given
