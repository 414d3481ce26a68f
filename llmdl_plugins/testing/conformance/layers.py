"""What a layer promises."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, ClassVar, TypedDict

import pytest
from langchain_core.runnables import Runnable, RunnableLambda

from llmdl_plugins import sync
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.module import Module
from llmdl_plugins.network import trainable
from llmdl_plugins.tape import Tape
from llmdl_plugins.testing.conformance.case import Case
from llmdl_plugins.testing.conformance.fakes import Asked, Echo, numbered, values
from llmdl_plugins.testing.conformance.making import made

_AT_ONCE = 8


class LayerCases(Case):
    """Give `state` where the layer needs other keys than texts, and write `made` where it needs other arguments."""

    kind = "layers"
    state: ClassVar[Mapping[str, Any]] = {}

    def made(self, model: Echo) -> Module:
        """The layer, new; where it asks a model, it asks this one."""
        return made(self.target, model)

    def given(self) -> dict[str, Any]:
        """A state that it can work on."""
        return dict(self.state) or _found(self)

    def test_it_is_a_layer(self) -> None:
        """It is a Module, so that it works wherever layers and Runnables do."""
        layer = self.made(Echo())
        assert isinstance(layer, Module), f"it is a {type(layer).__name__}: subclass llmdl_plugins.Module"

    def test_it_leaves_its_state_as_it_was(self) -> None:
        """It gives back an update by key, and does not change the state that it was given."""
        state = self.given()
        before = deepcopy(state)
        update = sync.run(self.made(Echo()).ainvoke(state))
        assert isinstance(update, Mapping), f"it gave back a {type(update).__name__}, not a mapping of key to value"
        assert state == before, "it changed the state that it was given: give back an update instead"

    def test_it_does_nothing_when_told_to(self) -> None:
        """With the values in its `identity` it does what its inner layer does alone, or nothing where it has none."""
        told = getattr(self.target, "identity", None)
        if told is None:
            pytest.skip("it has no `identity`: values of its parameters with which it does nothing")
        model, state = Echo(), self.given()
        layer = self.made(model)
        with trainable(layer).using(told):
            update = sync.run(layer.ainvoke(state))
        asked = [call.text for call in model.calls]
        inner, model.calls[:] = getattr(layer, "inner", None), []
        alone = sync.run(inner.ainvoke(state)) if inner is not None else {}
        assert update == alone, f"its update is {update!r}, without it there would be {alone!r}"
        assert asked == [call.text for call in model.calls], "its calls are not those that are made without it"

    def test_its_parameters_have_names(self) -> None:
        """Every parameter that it reads is one of its named parameters, so it can be trained, saved and frozen."""
        layer = self.made(Echo())
        tape, named = taped(layer, self.given()), layer.named_parameters().values()
        unnamed = [p for step in tape.steps for p in step.reads if p not in named]
        assert not unnamed, f"it reads {unnamed}, which no attribute holds: assign parameters and layers as attributes"

    def test_it_reads_its_parameters_while_it_runs(self) -> None:
        """It reads `parameter.value` in `forward`, so that a candidate reaches it."""
        layer = self.made(Echo())
        if not layer.named_parameters():
            pytest.skip("it has no parameters")
        reads = [p for step in taped(layer, self.given()).steps for p in step.reads]
        assert reads, "it read none of its parameters in a run: read `.value` in `forward`, not before"

    def test_many_at_once_give_what_each_gives_alone(self) -> None:
        """One layer works on many states at once, and none sees another's."""
        layer, states = self.made(Echo()), [numbered(self.given(), n) for n in range(_AT_ONCE)]

        async def together() -> list[Any]:
            return await asyncio.gather(*(layer.ainvoke(state) for state in states))

        alone = [sync.run(self.made(Echo()).ainvoke(state)) for state in states]
        assert sync.run(together()) == alone, "at once it gives something else: keep nothing of a run on `self`"

    def test_every_call_is_met_and_counted(self) -> None:
        """Every model call that it makes is on the tape, and it makes the same calls for the same state."""
        model, state = Echo(), self.given()
        layer = self.made(model)
        counts = []
        for _ in range(2):
            tape, asked = taped(layer, state), len(model.calls)
            assert len(tape.calls) == asked, (
                f"it made {asked} calls and {len(tape.calls)} are on the tape: ask by the public methods of the "
                "model, in `forward`"
            )
            counts.append(sorted(call.text for call in model.calls))
            model.calls.clear()
        assert counts[0] == counts[1], "it made other calls the second time"

    def test_it_makes_as_many_calls_as_it_says(self) -> None:
        """Where it says how many model calls a run makes, a run makes as many, for every option."""
        if type(self.made(Echo())).calls is Module.calls:
            pytest.skip("it does not say: write `def calls(self, **sizes)`")
        for change in [{}, *_options(self.made(Echo()))]:
            layer, state = self.made(Echo()), self.given()
            with trainable(layer).using(change):
                try:
                    told = layer.calls(**_sizes(state))
                except MisuseError as error:
                    pytest.skip(f"only a run tells: {error}")
                counted = len(taped(layer, state).calls)
            assert counted in told, f"with {change} it made {counted} calls, and said {told}"

    def test_it_reads_and_writes_what_it_says(self) -> None:
        """Where it says which keys of the state it reads and writes, it needs no other, and writes no other."""
        layer, state = self.made(Echo()), self.given()
        if layer.reads is None and layer.writes is None:
            pytest.skip("it does not say: set `reads` and `writes`")
        read = layer.reads if layer.reads is not None else tuple(state)
        update = sync.run(layer.ainvoke({key: state[key] for key in read}))
        other = set(update) - set(layer.writes if layer.writes is not None else update)
        assert not other, f"it wrote {sorted(other)}, which is not in its `writes`"

    def test_it_is_a_node_of_a_graph(self) -> None:
        """It works as a node of a LangGraph graph as it stands."""
        graph = pytest.importorskip("langgraph.graph", reason="langgraph is not installed")
        state = self.given()
        update = sync.run(self.made(Echo()).ainvoke(state))
        schema = TypedDict("State", dict.fromkeys([*state, *update], Any))  # type: ignore[misc]
        built = graph.StateGraph(schema).add_node("layer", self.made(Echo())).add_edge(graph.START, "layer")
        said = built.add_edge("layer", graph.END).compile().invoke(state)
        assert said == {**state, **update}, f"in a graph the state becomes {said!r}, alone its update is {update!r}"

    def test_it_is_a_link_of_a_chain(self) -> None:
        """It works in an LCEL chain as it stands."""
        state = self.given()
        chain: Runnable[Any, Any] = RunnableLambda(dict) | self.made(Echo())
        said, update = chain.invoke(state), sync.run(self.made(Echo()).ainvoke(state))
        assert said == update, f"in a chain it gives {said!r}, alone {update!r}"

    def test_its_values_survive_as_json(self) -> None:
        """Its state_dict is JSON, and loaded into another layer of its class it is the same again, for every option."""
        for change in [{}, *_options(self.made(Echo()))]:
            net = trainable(self.made(Echo()))
            with net.using(change):
                told = json.loads(json.dumps(net.state_dict()))
            other = trainable(self.made(Echo()))
            other.load_state_dict(told)
            assert other.state_dict() == told, f"with {change} it came back as {other.state_dict()}"

    def test_its_attributes_hide_none_of_a_runnable(self) -> None:
        """No attribute of its own has the name of something that every Runnable has."""
        hidden = [n for n in vars(self.made(Echo())) if hasattr(Runnable, n) and n != "name"]
        assert not hidden, f"its attribute {hidden[0]!r} hides that of a Runnable: give it another name"


def _found(case: LayerCases) -> dict[str, Any]:
    """The keys that it reads, found by trying: texts first, then messages."""
    raised: list[Exception] = []
    for value in values():
        asked = Asked(value)
        try:
            sync.run(case.made(Echo()).ainvoke(asked))
        except Exception as error:
            raised.append(error)
        else:
            return dict.fromkeys(asked, value)  # whatever it has made of them
    raised[0].add_note("It was given a state with texts: give `state` in your own tests if it needs something else.")
    raise raised[0]


def _sizes(state: Mapping[str, Any]) -> dict[str, int]:
    """How many pieces each key of a state holds."""
    return {key: len(value) if isinstance(value, list) else 1 for key, value in state.items()}


def taped(layer: Module, state: Mapping[str, Any]) -> Tape:
    """One run of a layer, recorded."""
    with trainable(layer).recorded() as tape:
        sync.run(layer.ainvoke(state))
    return tape


def _options(layer: Module) -> list[dict[str, Any]]:
    """Every option of every choice, one at a time."""
    named = layer.named_parameters().items()
    return [{name: option} for name, p in named if p.kind == "choice" and p.trainable for option in p.options]
