"""Each recipe starts as what it is put around, costs what it says, and refuses what it may not multiply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.callbacks import dispatch_custom_event
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.tools import tool
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import create_react_agent
from langgraph.types import Command, interrupt

import llmdl_recipes as recipes
from llmdl_plugins import Network, trainable
from llmdl_plugins.errors import MisuseError, ParameterError
from llmdl_plugins.plugins.catalogue import catalogue
from llmdl_plugins.run.architecture import built, read_space
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.testing import ScriptedChat

from ..paid import Run
from .kinds import ARCHITECTURES, DEMOS, KINDS, LONG, SHORT, Kind, costs

TARGETS = {"chain": "chain", "graph": "answer"}  # what the user has, and its node


def made_of(app: Any, target: str, kind: Kind) -> Any:
    """What a recipe goes around."""
    return getattr(app, kind.chain if target == "chain" else target)


def counted(net: Network, inputs: Any) -> tuple[Any, float]:
    """The answer, and how many calls the ledger has of it."""
    run = Run(Ledger())
    with run.rollout():
        said = net.invoke(inputs)
    return said, run.calls[1]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_it_starts_as_the_application(app: Any, target: str, kind: Kind) -> None:
    plain = trainable(made_of(app, target, kind))
    made = kind.make(made_of(app, target, kind), node=TARGETS[target], source="question")
    alone = counted(plain, kind.inputs), list(app.model.calls)
    app.model.calls.clear()
    assert (counted(made, kind.inputs), app.model.calls) == alone and alone[0][1] == 1
    assert made.invoke(kind.inputs) == made_of(app, target, kind).invoke(kind.inputs)
    assert made.layers[TARGETS[target]].calls(**{TARGETS[target]: 1}).most == 1


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("kind", "said", "calls"), costs(), ids=lambda value: getattr(value, "name", None))
def test_switched_on_it_costs_what_it_says(
    app: Any, target: str, kind: Kind, said: str, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = TARGETS[target]
    monkeypatch.setenv("SAID", said)
    made = kind.make(made_of(app, target, kind), node=node, source="question")
    values = {f"{node}/{name}": value for name, value in kind.values.items()}
    with made.using({f"{node}/chosen": kind.name, **values}):
        declared = made.layers[node].calls(**{node: 1, "question": kind.pieces, "text": 6})
        assert counted(made, kind.inputs)[1] == calls == len(app.model.calls)
    assert calls in (declared.least, declared.most)
    assert {declared.least, declared.most} == set(kind.costs.values()) or kind.values or declared.least == calls


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_its_parts_are_parameters_and_the_prompts_keep_their_names(app: Any, kind: Kind) -> None:
    plain, made = trainable(getattr(app, kind.chain)), kind.make(getattr(app, kind.chain), source="question")
    added = made.named_parameters().keys() - plain.named_parameters().keys()
    assert plain.named_parameters().keys() <= made.named_parameters().keys()
    others = tuple(f"chain/{name}/" for name in made.layers["chain"].alternatives)
    assert {name for name in added if not name.startswith(others)} == {"chain/chosen"}
    assert any(name.startswith(f"chain/{kind.name}/") for name in added)


def acting(model: Any) -> dict[str, tuple[Callable[..., Any], str]]:
    """Nodes that may not run more often than they are asked, and what is said of them."""

    @tool
    def book(flight: str) -> str:
        """Books a flight."""
        return f"booked {flight}"

    def writes(state: Any) -> Any:
        get_stream_writer()({"progress": 1})
        return {"answer": model.invoke(state["question"]).text}

    def tells(state: Any) -> Any:
        dispatch_custom_event("progress", 1)
        return {"answer": model.invoke(state["question"]).text}

    def asks(state: Any) -> Any:
        return {"answer": interrupt("sure?") + model.invoke(state["question"]).text}

    def goes(state: Any) -> Any:
        return Command(goto=END, update={"answer": model.invoke(state["question"]).text})

    def saves(state: Any) -> Any:
        with open("notes.txt", "a") as notes:
            notes.write(state["question"])
        return {"answer": model.invoke(state["question"]).text}

    agent: Any = create_react_agent(model, [book], prompt="You answer with one word.")
    return {
        "writes": (writes, "writes to the stream"),
        "tells": (tells, "writes to the stream"),
        "asks": (asks, "stops to ask"),
        "goes": (goes, "decides where the graph goes"),
        "saves": (saves, "it uses open"),
        "agent": (agent, "runs the tool book"),
    }


class Asked(TypedDict, total=False):
    question: str
    text: str
    messages: list[Any]
    answer: str


@pytest.mark.filterwarnings("ignore:create_react_agent has been moved")
@pytest.mark.parametrize("kind", ARCHITECTURES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("name", ["writes", "tells", "asks", "goes", "saves", "agent"])
def test_a_node_that_acts_is_refused_when_it_is_built(kind: Kind, name: str) -> None:
    model = ScriptedChat(script=["x"])
    node, said = acting(model)[name]
    graph = StateGraph(Asked).add_node("n", node).add_edge(START, "n").add_edge("n", END).compile()
    with pytest.raises(MisuseError, match=said):
        kind.make(graph, node="n", source="question")
    assert not model.calls


@pytest.mark.filterwarnings("ignore:create_react_agent has been moved")
def test_examples_go_in_front_of_a_node_that_acts() -> None:
    model = ScriptedChat(script=["x", "x"])
    graph = (
        StateGraph(Asked).add_node("n", acting(model)["writes"][0]).add_edge(START, "n").add_edge("n", END).compile()
    )
    net = recipes.demonstrations(graph, node="n", source="question")
    with net.using({"n/chosen": "static", "n/static/demos": DEMOS}):
        assert list(net.stream({"question": SHORT}, stream_mode="custom")) == [{"progress": 1}]
    assert str(model.calls[-1].messages[-1]["content"]).startswith("Example: Is it on time?")


class Talk(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


@pytest.mark.filterwarnings("ignore:create_react_agent has been moved")
@pytest.mark.parametrize("name", ["perceptron", "encoder-decoder", "recurrent", "refine", "windows", "static"])
def test_what_only_the_node_is_told_is_not_written_into_the_conversation(name: str) -> None:
    model = ScriptedChat(script=lambda messages, _: "It is wrong.")
    agent: Any = create_react_agent(model, [], prompt="You answer with one word.")
    graph = StateGraph(Talk).add_node("n", agent).add_edge(START, "n").add_edge("n", END).compile()
    kind = next(kind for kind in KINDS if kind.name == name)
    values = {f"n/{key}": value for key, value in kind.values.items()}
    asked = [HumanMessage("Hello.", id="1"), AIMessage("Yes?", id="2"), HumanMessage(LONG, id="3")]
    net = kind.make(graph, node="n", source="messages")
    with net.using({"n/chosen": kind.name, **values}):
        talk = net.invoke({"messages": asked})["messages"]
    assert talk[:3] == asked and talk[3].type == "ai"
    assert len(model.calls) > 1 or name == "static"


def test_a_space_says_what_a_node_is_asked_with(app: Any) -> None:
    space = read_space({"recipes": [{"recipe": "refine", "node": "answer", "source": "question"}, "vote"]})
    net = built(trainable(app.graph), {"node": "answer", "space": space})
    assert {"answer/chosen", "answer/refine/rounds"} <= net.named_parameters().keys()
    assert any(name.endswith("vote/draws") for name in net.named_parameters())
    sized = {"recipe": "attention", "node": "answer", "source": "question", "pieces": "text", "k": 6}
    assert built(trainable(app.graph), {"space": {"recipes": [sized]}})["answer/attention/encoder/k"].default == 6
    with pytest.raises(MisuseError, match="'vote' has no setting 'drws'.*Did you mean 'draws'"):
        built(trainable(app.chain), {"space": read_space({"recipes": [{"recipe": "vote", "drws": 9}]})})


def test_options_inside_of_what_is_off_need_none_that_is_in_force(app: Any) -> None:
    votes = read_space({"recipes": ["vote"], "choices": {"answer/vote/draws": [3]}})
    net = built(trainable(app.graph), {"node": "answer", "space": votes})
    assert (net["answer/vote/draws"].options, net["answer/vote/draws"].default) == ((3,), 3)
    plain = read_space({"recipes": ["vote"], "choices": {"answer/chosen": ["vote"]}})
    with pytest.raises(ParameterError, match="the options need 'plain', what the application has now"):
        built(trainable(app.graph), {"node": "answer", "space": plain})
    with pytest.raises(ParameterError, match="not all among its options"):
        built(trainable(app.graph), {"node": "answer", "space": {**votes, "choices": {"answer/vote/draws": [4]}}})


def test_what_is_not_known_of_a_node_is_asked_for(app: Any) -> None:
    with pytest.raises(MisuseError, match="No node 'anser'.*Did you mean 'answer'"):
        recipes.vote(app.graph, node="anser")
    with pytest.raises(MisuseError, match="is given no 'qestion'.*Did you mean 'question'"):
        recipes.refine(app.graph, node="answer", source="qestion")
    with pytest.raises(MisuseError, match="--source KEY.: it may read question, text, answer, signed"):
        recipes.refine(app.graph, node="answer")
    with pytest.raises(MisuseError, match="holds no one chat model"):
        recipes.refine(app.graph, node="sign", source="answer")
    with pytest.raises(MisuseError, match="has no trainable prompt"):
        recipes.multi_head(app.graph, node="sign", source="answer", model=app.model)


def test_what_the_state_holds_is_not_taken_for_what_a_reader_has_noted() -> None:
    model = ScriptedChat(script=lambda messages, _: "kept")
    asked: Any = TypedDict("asked", {"text": str, "notes": str, "answer": str})  # type: ignore[misc]
    node = lambda state: {"answer": model.invoke([("system", "Answer."), ("user", state["text"])]).text}  # noqa: E731
    graph = StateGraph(asked).add_node("n", node).add_edge(START, "n").add_edge("n", END).compile()
    net = recipes.recurrent(graph, 16, 16, node="n", source="text", model=model)
    with net.using({"n/chosen": "recurrent"}):
        net.invoke({"text": LONG, "notes": "of the user"})
    assert "of the user" not in str([call.messages for call in model.calls]) and len(model.calls) == 7


@pytest.mark.parametrize(
    ("recipe", "size", "said"),
    [
        (recipes.vote, "x", "draws of 2 or more, got 'x'"),
        (recipes.vote, 1, "draws of 2 or more, got 1"),
        (recipes.cascade, "x", "draws of 2 or more"),
        (recipes.refine, 0, "rounds of 1 or more, got 0: a loop needs a cap"),
        (recipes.multi_head, "x", "heads of 2 or more, got 'x'"),
        (recipes.mixture, ["sums", "words"], "experts as name → what it is for"),
        (recipes.mlp, "x", "one layer at least"),
        (recipes.attention, "x", "k of 1 or more"),
        (recipes.recurrent, "x", "a bound of 'x' tokens, which holds no sentence"),
        (recipes.gated, 3, "names of its slots, each once, got 3"),
        (recipes.windows, None, "a bound of None tokens"),
        (recipes.hierarchy, 4, "a bound of 2 tokens"),
    ],
)
def test_a_size_that_can_not_be_is_refused_when_it_is_built(app: Any, recipe: Any, size: Any, said: str) -> None:
    with pytest.raises(MisuseError, match=said):
        recipe(app.reader, size, source="question")


def test_the_only_node_is_not_left_out(app: Any) -> None:
    with pytest.raises(MisuseError, match="chain has one, and without it no answer"):
        recipes.leave_out(app.chain)
    assert recipes.leave_out(app.graph, node="sign").nodes() == ["answer", "sign"]


def test_what_a_recipe_adds_is_drawn_at_its_node(app: Any) -> None:
    for net in (recipes.refine(app.chain), recipes.refine(app.graph, source="question")):
        for form in ("mermaid", "svg"):
            assert all(word in net.draw(form) for word in ("chosen plain", "refine: Refine", "critic: Prompt"))
    assert "subgraph" not in trainable(app.graph).draw()


def test_the_only_node_with_a_prompt_is_meant(app: Any) -> None:
    assert list(recipes.vote(app.graph).layers) == ["answer"]


def test_another_model_can_stand_around_the_node(app: Any) -> None:
    critic = ScriptedChat(script=["NONE"])
    net = recipes.refine(app.chain, model=critic)
    with net.using({"chain/chosen": "refine"}):
        net.invoke({"question": SHORT})
    assert len(critic.calls) == len(app.model.calls) == 1


def test_one_recipe_goes_around_another(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAID", "It is wrong.")
    net = recipes.refine(recipes.vote(app.chain, 3))
    assert counted(net, {"question": SHORT})[1] == 1
    with net.using({"chain/chosen": "vote", "chain/chosen_2": "refine"}):
        assert counted(net, {"question": SHORT})[1] == 3 + 1 + 3


def test_every_recipe_is_offered_by_name() -> None:
    assert {kind.name for kind in ARCHITECTURES} | {"demonstrations"} <= catalogue("recipes").keys()
    assert {name.replace("-", "_") for name in catalogue("recipes")} == set(recipes.__all__)
