"""Plugins that break a promise each, on purpose: kind → check → (the plugin, what is said of it)."""

from __future__ import annotations

import asyncio
import itertools
import random
import socket
import time
from collections.abc import Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any
from unittest import mock

import typer
from langchain_core.language_models import FakeListChatModel

from llmdl_plugins import Calls, Choice, Loss, Module, Network, Optimizer, Parameter, Problem, Prompt, Score, trainable
from llmdl_plugins.errors import Stopped
from llmdl_plugins.losses.exact_match import ExactMatch
from llmdl_plugins.run.executor import InProcess
from llmdl_plugins.testing import SimulatedChat
from llmdl_plugins.testing.conformance.desk import desk

Broken = Mapping[str, Mapping[str, tuple[Any, str]]]
_count = itertools.count()


class NoModule:
    async def ainvoke(self, state: Any) -> Any:
        return {}


class Mutating(Module):
    async def forward(self, state: Any) -> Any:
        state["text"] = "gone"
        return {}


class Shouting(Module):
    identity = MappingProxyType[str, Any]({})

    async def forward(self, state: Any) -> Any:
        return {"text": "HELLO"}


class Hiding(Module):
    """Keeps its parameter where nobody looks."""

    def __init__(self) -> None:
        hidden = Parameter("Hello")
        self.read = lambda: hidden.value

    async def forward(self, state: Any) -> Any:
        return {"text": self.read()}


class Early(Module):
    """Reads its parameter once and for all."""

    def __init__(self) -> None:
        self.greeting = Parameter("Hello")
        self.text = self.greeting.value

    async def forward(self, state: Any) -> Any:
        return {"text": self.text}


class Remembering(Module):
    """Keeps its state where the next run writes too."""

    async def forward(self, state: Any) -> Any:
        self.kept = state["text"]
        await asyncio.sleep(0.001)
        return {"text": self.kept}


class Bypassing(Module):
    """Asks the model behind its public methods."""

    def __init__(self, model: Any) -> None:
        self.model = model

    async def forward(self, state: Any) -> Any:
        from langchain_core.messages import HumanMessage

        found = await self.model._agenerate([HumanMessage(state["text"])])
        return {"text": found.generations[0].text}


class Cheap(Module):
    """Makes a call that it does not tell of."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def calls(self, **sizes: int) -> Calls:
        return Calls(0)

    async def forward(self, state: Any) -> Any:
        return {"text": (await self.model.ainvoke(state["text"])).text}


class Beside(Module):
    """Writes another key than it says."""

    reads, writes = ("text",), ("text",)

    async def forward(self, state: Any) -> Any:
        return {"note": state["text"]}


class Waiting(Module):
    """Has no synchronous face."""

    def invoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        raise NotImplementedError("ask ainvoke")

    async def forward(self, state: Any) -> Any:
        return {"text": "yes"}


class Stubborn(Module):
    """Does in a chain what it does not do alone."""

    def invoke(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        return {"text": f"alone {next(_count)}"}

    async def forward(self, state: Any) -> Any:
        return {"text": "yes"}


class Tuples(Module):
    """Its options come back from JSON as lists."""

    def __init__(self) -> None:
        self.size = Parameter((1, 2), kind="choice", options=((1, 2), (3, 4)))  # type: ignore[arg-type]

    async def forward(self, state: Any) -> Any:
        return {"text": self.size.value[0]}


class Batching(Module):
    def __init__(self) -> None:
        self.batch = 8  # type: ignore[assignment, method-assign]

    async def forward(self, state: Any) -> Any:
        return {}


LAYERS = {
    "test_it_is_a_layer": (NoModule, "it is a NoModule: subclass"),
    "test_it_leaves_its_state_as_it_was": (Mutating, "it changed the state"),
    "test_it_does_nothing_when_told_to": (Shouting, "its update is {'text': 'HELLO'}"),
    "test_its_parameters_have_names": (Hiding, "which no attribute holds"),
    "test_it_reads_its_parameters_while_it_runs": (Early, "it read none of its parameters"),
    "test_many_at_once_give_what_each_gives_alone": (Remembering, "keep nothing of a run on `self`"),
    "test_every_call_is_met_and_counted": (Bypassing, "1 calls and 0 are on the tape"),
    "test_it_makes_as_many_calls_as_it_says": (Cheap, "it made 1 calls, and said 0"),
    "test_it_reads_and_writes_what_it_says": (Beside, r"it wrote \['note'\]"),
    "test_it_is_a_node_of_a_graph": (Waiting, "ask ainvoke"),
    "test_it_is_a_link_of_a_chain": (Stubborn, "in a chain it gives"),
    "test_its_values_survive_as_json": (Tuples, r"\[3, 4\] is none of"),
    "test_its_attributes_hide_none_of_a_runnable": (Batching, "'batch' hides that of a Runnable"),
}


class Inlining(Module):
    """Calls what is inside its layer, not the layer."""

    def __init__(self, inner: Module) -> None:
        self.inner = inner

    async def forward(self, state: Any) -> Any:
        return await self.inner.forward(state)


class Wrapped(Module):
    """Holds its layer in something that is not looked into."""

    def __init__(self, inner: Module) -> None:
        self.held = lambda: inner

    async def forward(self, state: Any) -> Any:
        return await self.held().ainvoke(state)


CONTAINERS = LAYERS | {
    "test_its_layers_are_steps_of_the_tape": (Inlining, "none of its layers is a step"),
    "test_the_parameters_of_its_layers_are_named_too": (Wrapped, r"named parameters are \[\]"),
}


class Numbered(Loss):
    def __init__(self) -> None:
        self.number = next(_count)


class Strict(Loss):
    async def compare(self, got: Any, want: Any, example: Any) -> Score:
        return Score(float(got.strip() == want))


class Chancing(Loss):
    async def compare(self, got: Any, want: Any, example: Any) -> Score:
        return Score(random.random())


class Sorting(Loss):
    async def compare(self, got: Any, want: Any, example: Any) -> Score:
        got.sort(reverse=True)
        return Score(1.0)


class Keeping(Loss):
    async def compare(self, got: Any, want: Any, example: Any) -> Score:
        self.got = got
        await asyncio.sleep(0.001)
        return Score(min(1.0, len(self.got) / 5000))


LOSSES = {
    "test_it_is_a_loss": (dict, "it is a dict"),
    "test_its_fingerprint_is_that_of_its_settings": (Numbered, "its attributes differ"),
    "test_every_output_has_a_score": (Strict, "'int' object has no attribute 'strip'"),
    "test_it_says_the_same_twice": (Chancing, "and made anew"),
    "test_it_changes_nothing_that_it_is_shown": (Sorting, "it changed the output"),
    "test_many_at_once_give_what_each_gives_alone": (Keeping, "keep nothing on `self`"),
}


def changed(problem: Problem, words: str) -> dict[str, Any]:
    """Another value for the first parameter."""
    name, parameter = next(iter(problem.parameters.items()))
    value = problem.value(name)
    if parameter.kind == "choice":
        return {name: next(option for option in parameter.options if option != value)}
    return {name: f"{value} {words}"}


class Nameless(Optimizer):
    async def optimize(self, problem: Problem) -> None:
        pass


class Named(Optimizer):
    name = "broken"


class Wordless(Named):
    def expected(self, size: Any) -> Any:
        return None


class Endless(Named):
    """Takes the end of the budget for one more error."""

    async def optimize(self, problem: Problem) -> None:
        until = time.monotonic() + 2
        while time.monotonic() < until:
            try:
                await problem.propose(changed(problem, f"Try {next(_count)}."), "one more")
            except BaseException:
                time.sleep(0.01)


class Careless(Named):
    """Leaves out the slot."""

    async def optimize(self, problem: Problem) -> None:
        with suppressed():
            await problem.propose({name: "Answer." for name in problem.parameters}, "shorter")


class Hasty(Named):
    async def optimize(self, problem: Problem) -> None:
        problem.propose(changed(problem, "Never asked."), "in passing")  # type: ignore[unused-coroutine]


class Dicing(Named):
    async def optimize(self, problem: Problem) -> None:
        await problem.propose(changed(problem, f"Number {random.random()}."), "a throw")


class Counting(Named):
    """Begins where the last run in this process ended."""

    async def optimize(self, problem: Problem) -> None:
        for _ in range(3):
            await problem.propose(changed(problem, f"Number {next(_count)}."), "the next")


class Peeping(Named):
    async def optimize(self, problem: Problem) -> None:
        await problem.evaluate([{}], problem._val)


class Lying(Named):
    async def optimize(self, problem: Problem) -> None:
        problem._incumbent = changed(problem, "I was never screened.")


OPTIMIZERS = {
    "test_it_is_an_optimizer": (Nameless, "it has no `name`"),
    "test_it_says_how_much_work_it_expects": (Wordless, "gives a NoneType, not a Work"),
    "test_it_ends_with_the_budget": (Endless, "it was still at work"),
    "test_it_proposes_only_what_can_be": (Careless, "slots must stay"),
    "test_it_waits_for_what_it_asks": (Hasty, "'Problem.propose' was never awaited: write `await`"),
    "test_it_does_the_same_under_the_same_seed": (Dicing, "draw from problem.seed alone"),
    "test_a_run_that_was_stopped_goes_on": (Counting, "keep nothing between two runs"),
    "test_it_sees_train_rows_and_verdicts_alone": (Peeping, "reads problem._val"),
    "test_it_gains_nothing_by_claims": (Lying, "sets problem._incumbent"),
}


class Straying(Named):
    """Leaves the space that it was given."""

    async def optimize(self, problem: Problem) -> None:
        with suppressed():
            await problem.propose({next(iter(problem.parameters)): "an option of its own"}, "outside")


class Repeating(Named):
    async def optimize(self, problem: Problem) -> None:
        for _ in range(2):
            await problem.propose(changed(problem, ""), "the same")


class Tossing(Named):
    async def optimize(self, problem: Problem) -> None:
        names = list(problem.parameters)
        first = next(_count) % len(names)
        name = names[first]
        await problem.propose({name: problem.parameters[name].options[-1]}, "a throw")


class Following(Named):
    """Goes on where the last run in this process ended."""

    async def optimize(self, problem: Problem) -> None:
        options = list(itertools.product(*(p.options for p in problem.parameters.values())))
        for chosen in options[1 : 3 + next(_count) % 3]:
            await problem.propose(dict(zip(problem.parameters, chosen, strict=True)), "the next")


SEARCHES = OPTIMIZERS | {
    "test_it_proposes_only_what_can_be": (Straying, "is none of"),
    "test_it_does_the_same_under_the_same_seed": (Tossing, "draw from problem.seed alone"),
    "test_a_run_that_was_stopped_goes_on": (Following, "keep nothing between two runs"),
    "test_it_stays_in_the_space": (Straying, "it left the space"),
    "test_it_pays_for_no_candidate_twice": (Repeating, "twice"),
}


def with_layer(layer: Any) -> Any:
    return lambda network, node=None, source=None: network.variant(wrap={node: layer})


class Polite(Module):
    """Asks the node for politeness from the start."""

    def __init__(self, inner: Module) -> None:
        self.inner, self.tone = inner, Parameter("Please. ")

    async def forward(self, state: Any) -> Any:
        return await self.inner.ainvoke({**state, "question": self.tone.value + state["question"]})


class Plain(Module):
    def __init__(self, inner: Module) -> None:
        self.inner = inner

    async def forward(self, state: Any) -> Any:
        return await self.inner.ainvoke(state)


class Failing(Module):
    async def forward(self, state: Any) -> Any:
        raise ValueError("not written yet")


def replacing(network: Network, node: Any = None, source: Any = None) -> Network:
    return trainable(Prompt(SimulatedChat(simulator=desk().simulator), "Answer.", "question", "answer"))


def forgiving(network: Network, node: Any = None, source: Any = None) -> Network:
    return network


RECIPES = {
    "test_it_starts_as_the_application": (with_layer(Polite), "it gives"),
    "test_it_leaves_the_application_as_it_was": (forgiving, "it gave back the network"),
    "test_parameters_keep_their_names": (replacing, "it lost the name"),
    "test_it_adds_something_to_train": (with_layer(Plain), "it adds no parameter"),
    "test_every_option_runs": (
        with_layer(lambda inner: Choice({"plain": inner, "other": Failing()})), "not written yet",
    ),
    "test_a_node_that_is_not_there_is_misuse": (forgiving, "DID NOT RAISE"),
}  # fmt: skip


class Misspelt:
    def llmdl_run_ended(self, event: Any) -> None: ...

    def llmdl_run_finished(self, event: Any) -> None: ...


class Certain:
    """Sure that there is a gain."""

    def llmdl_run_finished(self, event: Any) -> None:
        self.line = f"{event.gain:+.1%}"


class Meddling:
    """Makes everything right while it watches."""

    def __init__(self) -> None:
        mock.patch.object(ExactMatch, "compare", self.compare).start()

    async def compare(self, got: Any, want: Any, example: Any) -> Score:
        return Score(1.0)

    def llmdl_run_finished(self, event: Any) -> None:
        mock.patch.stopall()


LOGGERS = {
    "test_it_is_a_logger": (dict, "it has none of the methods"),
    "test_it_has_no_method_that_is_never_called": (Misspelt, "there is no run hook 'llmdl_run_ended'"),
    "test_it_takes_every_event": (Certain, "unsupported format string"),
    "test_a_run_with_it_is_the_run_without_it": (Meddling, "with it the run came to"),
}


def odd(value: int | str) -> None:
    """Takes what typer can't read."""


def undocumented(name: str) -> None:
    print(name)


def tolerant(context: typer.Context) -> None:
    """Takes whatever comes."""


loose = typer.Typer()
loose.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})(tolerant)


def talking(names: list[str]) -> None:
    """Raises on what it doesn't know."""
    raise KeyError(names[0])


COMMANDS = {
    "test_it_can_be_called": (odd, "typer can.t read it"),
    "test_it_has_help": (undocumented, "does not say what it does"),
    "test_an_unknown_option_is_misuse": (loose, "bad input ended with 0"),
    "test_too_many_arguments_are_misuse": (talking, "bad input raised KeyError"),
}


class OneText(Network):
    """An application that is one text."""

    def __init__(self, text: str) -> None:
        self.text = Parameter(text)
        super().__init__("one text", {"text": self.text})

    async def forward(self, inputs: Any, config: Any = None) -> Any:
        return {"answer": self.text.value}


class Deaf(OneText):
    async def forward(self, inputs: Any, config: Any = None) -> Any:
        return {"answer": self.text.default}


class Renamed(OneText):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._parameters = {f"text {next(_count)}": self.text}


class Greeting:
    """An application of a framework of one's own."""

    def __init__(self, model: Any) -> None:
        self.text, self.model = "Hello", model

    def invoke(self, inputs: Any) -> Any:
        return {"answer": self.text}


def adapting(made: Any) -> Any:
    return lambda obj, probes=(): made(obj) if isinstance(obj, Greeting) else None


def asking(obj: Any) -> Network:
    obj.model.invoke("Who are you?")
    return OneText(obj.text)


ADAPTERS = {
    "test_it_gives_none_for_what_it_does_not_know": (lambda obj, probes=(): OneText(str(obj)), "it gives <"),
    "test_it_gives_a_network_and_sends_nothing": (adapting(asking), "1 calls were made"),
    "test_frozen_it_is_the_application_byte_for_byte": (adapting(lambda obj: OneText("Bye")), "as a network it gives"),
    "test_the_same_application_is_the_same_network": (adapting(lambda obj: Renamed("a")), "have other names"),
    "test_a_candidate_reaches_the_application": (adapting(lambda obj: Deaf(obj.text)), "changed nothing"),
}


def dialling(name: str) -> Any:
    socket.create_connection(("127.0.0.1", 9))


MODELS = {
    "test_it_gives_a_chat_model": (lambda name: "a model", "it gives a str"),
    "test_making_it_sends_nothing": (dialling, "making it opens a connection"),
    "test_a_name_is_one_model": (
        lambda name: FakeListChatModel(responses=[f"{next(_count)}"]), "it is described as",
    ),
    "test_two_names_are_two_models": (lambda name: FakeListChatModel(responses=["a"]), "name every setting in"),
}  # fmt: skip


class Losing(InProcess):
    """Loses answers now and then."""

    @asynccontextmanager
    async def opened(self, job: Any) -> Any:
        async with super().opened(job) as attempt:

            async def losing(task: Any) -> Any:
                from dataclasses import replace

                return replace(await attempt(task), score=0.0)

            yield losing


class Forgetful(InProcess):
    """Asks the model once more whenever it is opened."""

    @asynccontextmanager
    async def opened(self, job: Any) -> Any:
        from llmdl_plugins.door import boundary

        async with super().opened(job) as attempt:
            model = SimulatedChat(simulator=desk().simulator)
            with boundary.scope(payer=job.cashier, place=lambda: "extra"):
                await model.ainvoke(f"Are you there? {next(_count)}")
            yield attempt


EXECUTORS = {
    "test_it_is_an_executor": (lambda workers: object(), "it has no `opened"),
    "test_a_run_comes_to_the_same_as_in_one_process": (Losing, "in this process"),
    "test_a_run_that_goes_on_pays_nothing_twice": (Forgetful, "1 calls more were paid for"),
}


class suppressed:
    """Swallows what it is told of a bad value, and lets the end of the run through."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        return not isinstance(error, Stopped)


BROKEN: Broken = {
    "layers": LAYERS,
    "containers": CONTAINERS,
    "losses": LOSSES,
    "optimizers": OPTIMIZERS,
    "searches": SEARCHES,
    "recipes": RECIPES,
    "loggers": LOGGERS,
    "commands": COMMANDS,
    "adapters": ADAPTERS,
    "models": MODELS,
    "executors": EXECUTORS,
}
