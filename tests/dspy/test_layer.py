"""A DSPy program is a layer: in containers and as a node of a LangGraph graph, with its parameters and its steps."""

from __future__ import annotations

import asyncio
from typing import Any, TypedDict

import dspy
import pytest
from langgraph.graph import END, START, StateGraph

from llmdl_dspy import Layer
from llmdl_plugins import trainable
from llmdl_plugins.containers.sequential import Sequential
from llmdl_plugins.containers.untied import Untied
from llmdl_plugins.containers.vote import Vote
from llmdl_plugins.errors import MisuseError

from .filling import filling, marked
from .programs import Inner, Nested, search


def reward(inputs: Any, prediction: Any) -> float:
    return 1.0


@pytest.mark.parametrize(
    ("program", "reads", "writes"),
    [
        (dspy.Predict("question, context -> answer"), ("question", "context"), ("answer",)),
        (dspy.ChainOfThought("question -> answer"), ("question",), ("reasoning", "answer")),
        (dspy.ReAct("question -> answer", tools=[search]), ("question",), ("answer",)),
        (dspy.BestOfN(dspy.Predict("q -> a"), N=2, reward_fn=reward, threshold=1.0), ("q",), ("a",)),
        (Nested(), ("question",), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_layer_says_what_it_reads_and_writes(program: Any, reads: Any, writes: Any) -> None:
    assert (Layer(program).reads, Layer(program).writes) == (reads, writes)


@pytest.mark.filterwarnings("ignore:The 'prefix' argument:DeprecationWarning")
def test_where_a_program_takes_more_than_fields_it_is_given_the_whole_state() -> None:
    layer = Layer(dspy.MultiChainComparison("question -> answer", M=2))
    assert (layer.reads, layer.writes) == (None, ("rationale", "answer"))


def test_it_says_what_it_costs_where_that_is_known() -> None:
    assert 1 in Layer(dspy.Predict("q -> a")).calls() and 6 in Layer(dspy.ChainOfThought("q -> a", n=3)).calls()
    assert Layer(Nested()).calls(Nested=3).most == 3
    with pytest.raises(MisuseError, match="calls.*'Nested': 2"):
        Layer(Nested()).calls()


def test_in_containers_its_predictors_are_steps_and_its_texts_parameters() -> None:
    net = trainable(Sequential(Layer(Inner(), writes=["answer"]), Layer(dspy.Predict("answer -> number: int"))))
    first, last = "layers.0/draft.predict/instructions", "layers.1/self/instructions"
    assert {first, last} <= net.named_parameters().keys()
    with dspy.context(lm=filling(marked)), net.using({first: "CAND-1", last: "CAND-3"}):
        output, tape = asyncio.run(net.trace({"question": "q"}))
    assert output["number"] == 3
    assert [s.name for s in tape.steps if s.calls] == ["draft.predict", "parts[0]", "self"]


def test_a_program_is_given_to_a_container_as_it_is() -> None:
    net = trainable(Sequential(Inner(), Vote(dspy.Predict("answer -> number: int"), 3), given=["question"]))
    first, last = "layers.0/draft.predict/instructions", "layers.1/inner/self/instructions"
    assert {first, last} <= net.named_parameters().keys()
    with dspy.context(lm=filling(marked)), net.using({first: "CAND-1", last: "CAND-3"}):
        output, tape = asyncio.run(net.trace({"question": "q"}))
    assert output["number"] == 3 and len(tape.calls) == 5
    with pytest.raises(MisuseError, match="layer 1, Predict, reads 'task', which is neither given"):
        Sequential(dspy.Predict("task -> answer"), given=["question"])


def test_copies_of_a_program_in_a_container_have_words_of_their_own() -> None:
    shared = Layer(dspy.Predict("question -> number: int"))
    net = trainable(Sequential(Untied(shared), Vote(shared, 3)))
    with dspy.context(lm=filling(marked)):
        for values, number in (
            ({"layers.0/self/instructions": "CAND-4"}, -1),
            ({"layers.1/inner/self/instructions": "CAND-4"}, 4),
        ):
            with net.using(values):
                output, tape = asyncio.run(net.trace({"question": "q"}))
            assert output["number"] == number and len(tape.calls) == 4


class State(TypedDict, total=False):
    question: str
    number: int


def test_it_is_a_node_of_a_graph_whose_texts_are_the_graphs() -> None:
    def nothing(state: State) -> dict[str, Any]:
        return {}

    builder = StateGraph(State).add_node("solve", nothing).add_edge(START, "solve").add_edge("solve", END)
    net = trainable(builder.compile()).variant(replace={"solve": Nested()})
    assert "solve/inner.draft.predict/instructions" in net.named_parameters()
    with dspy.context(lm=filling(marked)), net.using({"solve/last/instructions": "CAND-8"}):
        output, tape = asyncio.run(net.trace({"question": "q"}))
    assert output["number"] == 8 and [s.name for s in tape.steps if s.calls][-1] == "last"


def test_it_stands_in_a_graph_that_is_built_with_it() -> None:
    layer = Layer(Nested(), writes=["number"])
    graph = StateGraph(State).add_node("solve", layer).add_edge(START, "solve").add_edge("solve", END).compile()
    with dspy.context(lm=filling(marked)):
        assert asyncio.run(graph.ainvoke({"question": "q"}))["number"] == -1
