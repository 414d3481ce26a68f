"""Tools of a program: on the tape, called once however often a run is resumed, replayed to every candidate."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import dspy
import pytest
import stamina

from llmdl_plugins import trainable
from llmdl_plugins.data import Example
from llmdl_plugins.door import boundary, uses
from llmdl_plugins.losses.loss import resolve
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.tools import ToolRules
from llmdl_plugins.tape import Step

from .filling import filling, marked

ROW = Example({"question": "q"}, {"answer": "CAND-1"}, "0")
CHANGED = {"extract.predict/instructions": "CAND-1"}
SEEN: list[str] = []


def search(query: str) -> str:
    """Looks things up."""
    SEEN.append(query)
    return f"found {query} {len(SEEN)}, as {uses.names()}"


async def later(query: str) -> str:
    """Looks things up."""
    return search(query)


def broken(query: str) -> str:
    """Looks things up."""
    SEEN.append(query)
    raise KeyError(query)


@pytest.fixture(autouse=True)
def none_seen() -> Iterator[None]:
    bare = dspy.Tool.__call__, dspy.Tool.acall
    SEEN.clear()
    yield
    assert (dspy.Tool.__call__, dspy.Tool.acall) == bare


def react(tool: Any) -> dspy.ReAct:
    return dspy.ReAct("question -> answer", tools=[dspy.Tool(tool, name="search")])


@contextmanager
def evaluator(program: Any, ledger: Ledger, **settings: Any) -> Iterator[Evaluator]:
    with boundary.door():
        cashier = Cashier(ledger, Meter(Budget()))
        yield Evaluator(trainable(program), resolve("exact_match"), ledger, cashier, **settings)


def asked(step: Step) -> list[Any]:
    return [message["content"] for call in step.calls for message in call.messages]


@pytest.mark.parametrize("tool", [search, later])
def test_a_tool_stands_on_the_tape_at_the_step_that_asked_for_it(tool: Any) -> None:
    net = trainable(react(tool))
    with dspy.context(lm=filling(marked)):
        _, tape = asyncio.run(net.trace({"question": "q"}))
    first, second, last = tape.steps
    (call,) = first.tools
    assert (call.name, call.arguments) == ("search", {"query": "rain"}) and str(call.answer).startswith("found rain 1")
    assert second.tools == last.tools == []


def breaking(field: str, system: str, last: str) -> Any:
    if "observation_0" in last:
        raise ConnectionError("the line is cut")
    return marked(field, system, last)


@pytest.mark.parametrize("tool", [search, later])
async def test_a_resumed_run_calls_no_tool_twice(tool: Any) -> None:
    program = react(tool)
    with closing(Ledger()) as ledger:
        twice = stamina.set_testing(True, attempts=2, cap=True)
        with twice, evaluator(program, ledger) as at, dspy.context(lm=filling(breaking)):
            assert (await at.evaluate([CHANGED], [ROW]))[0].status == "infrastructure error"
        with evaluator(program, ledger) as at, dspy.context(lm=filling(marked)):
            (rollout,) = await at.evaluate([CHANGED], [ROW])
    assert rollout.score == 1.0 and SEEN == ["rain"]
    assert rollout.tape.steps[0].tools[0].answer == "found rain 1, as ('search',)"  # whom `--safe-tool` names


async def test_replayed_tools_are_called_by_the_original_alone() -> None:
    rules, lm = ToolRules("replay"), filling(marked)
    with closing(Ledger()) as ledger, evaluator(react(search), ledger, tools=rules) as at, dspy.context(lm=lm):
        assert [r.score for r in await at.evaluate([CHANGED, {}], [ROW])] == [1.0, 0.0]
    assert SEEN == ["rain"]


@pytest.mark.parametrize("kind", [dspy.ReAct, dspy.ReActV2])
@pytest.mark.filterwarnings("ignore")
async def test_what_a_model_is_shown_of_a_failing_tool_is_as_without_us(kind: Any) -> None:
    def failing() -> Any:
        made = iter([("search", {"query": "rain"}), ("submit", {"answer": "a"})])

        def value(field: str, system: str, last: str) -> Any:
            if field != "tool_calls":
                return marked(field, system, last)
            name, args = next(made)
            return {"tool_calls": [{"name": name, "args": args}]}

        return filling(value)

    program, lm = kind("question -> answer", tools=[dspy.Tool(broken, name="search")]), failing()
    with dspy.context(lm=lm):
        program(question="q")
    with closing(Ledger()) as ledger, evaluator(program, ledger) as at, dspy.context(lm=failing()):
        (rollout,) = await at.evaluate([{}], [ROW])
    plain = [message["content"] for call in lm.history for message in call["messages"]]
    assert [text for step in rollout.tape.steps for text in asked(step)] == plain
    assert any("KeyError" in str(text) and "tool.py" in str(text) for text in plain)
    assert rollout.tape.steps[0].tools[0].error == "KeyError('rain')"


async def test_what_a_tool_raised_is_remembered_with_what_is_shown_of_it() -> None:
    program, texts = react(broken), list[list[Any]]()
    for breaks in (True, False):
        with closing(Ledger()) as ledger:
            twice = stamina.set_testing(True, attempts=2, cap=True)
            if breaks:
                with twice, evaluator(program, ledger) as at, dspy.context(lm=filling(breaking)):
                    assert (await at.evaluate([CHANGED], [ROW]))[0].status == "infrastructure error"
            with evaluator(program, ledger) as at, dspy.context(lm=filling(marked)):
                (rollout,) = await at.evaluate([CHANGED], [ROW])
        texts.append([text for step in rollout.tape.steps for text in asked(step)])
    assert texts[0] == texts[1] and SEEN == ["rain"] * 2 and "KeyError: 'rain'" in "".join(texts[0])


async def test_what_a_tool_raised_is_replayed_to_candidates() -> None:
    rules, lm = ToolRules("replay"), filling(marked)
    with closing(Ledger()) as ledger, evaluator(react(broken), ledger, tools=rules) as at, dspy.context(lm=lm):
        (candidate, original) = await at.evaluate([CHANGED, {}], [ROW])
    assert candidate.score == 1.0 and SEEN == ["rain"]
    assert [r.tape.steps[0].tools[0].error for r in (candidate, original)] == ["KeyError('rain')"] * 2


async def test_what_a_retriever_found_is_remembered_too() -> None:
    def retriever(query: str, k: int = 1, **options: Any) -> list[Any]:
        SEEN.append(query)
        return [dspy.Prediction(long_text=f"{query} passage {n}, as {uses.names()}") for n in range(k)]

    class Retrieving(dspy.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.ask, self.retrieve = dspy.Predict("question -> query"), dspy.Retrieve(k=2)
            self.reply = dspy.Predict("context: list[str], question -> answer")

        def forward(self, question: str) -> Any:
            found = self.retrieve(self.ask(question=question).query).passages
            return self.reply(context=found, question=question)

    rules, here = ToolRules("replay"), dspy.context(lm=filling(marked), rm=retriever)
    with closing(Ledger()) as ledger, evaluator(Retrieving(), ledger, tools=rules) as at, here:
        candidate, original = await at.evaluate([{"reply/instructions": "CAND-1"}, {}], [ROW])
    passages = [f"none passage {n}, as ('Retrieve',)" for n in range(2)]
    assert SEEN == ["none"] and candidate.score == 1.0
    assert [r.tape.steps[1].inputs["context"] for r in (candidate, original)] == [passages] * 2
    (use,) = candidate.tape.steps[0].tools
    assert (use.arguments, use.answer) == ({"query": "none", "k": 2}, {"passages": passages})
