"""What the middleware of another package sends is shown, seen by a probe, trained where it is unfrozen."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest
from langchain.agents.middleware import SummarizationMiddleware, TodoListMiddleware

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.network import LangGraphNetwork

from .conftest import Agent
from .test_frozen import network

SAID = [
    ("user", "Who has the cellar key?"),
    ("ai", "Ada."),
    ("user", "And the attic?"),
    ("ai", "Bob."),
    ("user", "And now?"),
]
TALK = {"messages": SAID}
SUMMARY = "SummarizationMiddleware.before_model/prompt"
OWN = "model/system_prompt"


def default_of(middleware: type, argument: str) -> str:
    """What the package would send, as its own signature says."""
    return str(inspect.signature(middleware).parameters[argument].default)


def texts(net: LangGraphNetwork) -> dict[str, str]:
    return {name: str(one.default) for name, one in net.named_parameters().items() if ":" not in name}


@pytest.fixture(params=["shown", "probed"])
def net(agent: Agent, request: pytest.FixtureRequest) -> Iterator[LangGraphNetwork]:
    yield network(agent("keeper"), probes=[TALK] if request.param == "probed" else ())


def test_prompts_of_a_package_are_shown_and_frozen(net: LangGraphNetwork) -> None:
    found = texts(net)
    assert default_of(TodoListMiddleware, "system_prompt") in found.values()
    assert found[SUMMARY] == default_of(SummarizationMiddleware, "summary_prompt")
    assert [name for name in found if net[name].trainable] == [OWN]


def test_they_are_trained_where_they_are_unfrozen_and_exported_as_weights(agent: Agent, net: LangGraphNetwork) -> None:
    net.unfreeze(SUMMARY)
    new = {SUMMARY: "Say in a line who has which key.\n{messages}", OWN: "You keep the keys."}
    with net.recorded() as tape, net.using(new):
        net.invoke(TALK)
    asked = {step.name: [call.messages for call in step.calls] for step in tape.steps}
    [[summary]] = asked["SummarizationMiddleware.before_model"]
    assert summary["content"].startswith("Say in a line who has which key.\n")
    assert str(asked["model"]).count("You keep the keys.") == 1
    assert net.export("weights", new)[SUMMARY] == new[SUMMARY]
    with pytest.raises(CannotExportError, match="no text in your source"):
        net.export("patch", new)


def test_what_stands_beside_them_in_the_source_is_verified(net: LangGraphNetwork) -> None:
    told = net.verify([TALK], {OWN: "You keep the keys."})
    assert told.equal and told.calls == 2, str(told)
