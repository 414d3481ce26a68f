"""Modules that run what a model writes, RLM, ProgramOfThought and CodeAct: the code really runs, in a process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

import dspy
import pytest
from dspy.primitives.code_interpreter import CodeInterpreterError

from llmdl_dspy import as_lm
from llmdl_plugins import trainable
from llmdl_plugins.data import Example
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.testing import ScriptedChat

from .filling import answer, marked
from .test_tool_uses import evaluator

pytestmark = pytest.mark.filterwarnings("ignore")  # two of the three are deprecated; RLM is an experiment of DSPy's
SEEN: list[str] = []
Interpreter = Callable[[], Any]


def people(city: str) -> str:
    """Says how many people live in a city."""
    SEEN.append(city)
    return "2 million"


def factorial(n: int) -> int:
    """Multiplies all numbers up to n."""
    return 1 if n < 2 else n * factorial(n - 1)


def rlm(interpreter: Interpreter) -> dspy.Module:
    return dspy.RLM("question -> answer", tools=[people], interpreter_factory=interpreter)


def thought(interpreter: Interpreter) -> dspy.Module:
    return dspy.ProgramOfThought("question -> answer", interpreter_factory=interpreter)


def act(interpreter: Interpreter) -> dspy.Module:
    return dspy.CodeAct("question -> answer", tools=[factorial], interpreter_factory=interpreter)


# Of each: who makes it, the predictor that writes code, what a model writes, and what comes of it.
CASES = [
    (
        rlm,
        "generate_action",
        "n = 6 * 7\nSUBMIT(answer=f\"{n}, {llm_query('And?')}, {people(city='Paris')}\")",
        "42, 7",
    ),
    (thought, "code_generate.predict", "SUBMIT({'answer': 6 * 7})", '{"answer": 42}'),
    (act, "codeact", "print(factorial(5))", "120"),
]
ROW = Example({"question": "q"}, {"answer": "CAND-1"}, "0")


def coding(code: str) -> dspy.LM:
    """A model that writes this code and shows what came of it."""

    def value(field: str, system: str, last: str) -> Any:
        return f"```python\n{code}\n```" if "code" in field else field == "finished" or marked(field, system, last)

    def said(messages: Any, settings: Any) -> str:
        last = str(messages[-1].content)
        return "7" if last == "And?" else answer(str(messages[0].content), last, value)

    return as_lm(ScriptedChat(said))


def changed(program: dspy.Module, node: str) -> dict[str, str]:
    written = trainable(program)[f"{node}/instructions"].default
    return {f"{node}/instructions": f"CAND-1 {written}"}


@pytest.mark.parametrize(("make", "node", "code", "came"), CASES)
def test_code_is_written_under_the_candidate_and_really_runs(make: Any, node: str, code: str, came: str) -> None:
    program = make(dspy.LocalInterpreter)
    net = trainable(program)
    with dspy.context(lm=coding(code)), net.using(changed(program, node)):
        found, tape = asyncio.run(net.trace({"question": "q"}))
    first, *rest = tape.steps
    assert first.name == node and "CAND-1" in str(first.calls[0].messages[0])
    shown = [found.answer, *(str(step.inputs) for step in rest)]
    assert any(came in text for text in shown)


async def test_what_code_asks_a_model_and_a_tool_is_paid_once() -> None:
    _, node, code, _ = CASES[0]
    lm, program = coding(code), rlm(dspy.LocalInterpreter)
    SEEN.clear()
    with closing(Ledger()) as ledger, dspy.context(lm=lm):
        for repeated in ("0", "0"):
            with evaluator(program, ledger) as at:
                (rollout,) = await at.evaluate([changed(program, node)], [ROW])
            assert rollout.status == "scored" and rollout.output["answer"] == "42, 7, 2 million", repeated
        with evaluator(program, ledger) as at:
            await at.evaluate([{}], [Example(ROW.inputs, ROW.expected, "1")])
    (step,) = rollout.tape.steps
    assert [use.name for use in step.tools] == ["people"] and len(step.calls) == 1
    assert [call.messages[0]["content"] for call in rollout.tape.strays] == ["And?"]
    assert len(lm.engine.chat.calls) == 3  # its own of either candidate, and what code asked, which is the same
    assert SEEN == ["Paris"] * 2


@pytest.mark.parametrize(("make", "node", "code", "came"), CASES)
def test_exported_it_sends_what_the_trained_one_sent(make: Any, node: str, code: str, came: str) -> None:
    program = make(dspy.LocalInterpreter)
    with dspy.context(lm=coding(code)):
        found = trainable(program).verify([{"question": "q"}], changed(program, node))
    assert found.equal and found.calls == 2, str(found)


async def test_a_sandbox_that_does_not_start_is_said_to_be_missing() -> None:
    nowhere = partial(dspy.PythonInterpreter, deno_command=["/nowhere/deno"])
    with closing(Ledger()) as ledger, dspy.context(lm=coding("SUBMIT(1)")), evaluator(rlm(nowhere), ledger) as at:
        (rollout,) = await at.evaluate([{}], [ROW])
    assert rollout.status == "task error" and "Deno executable not found" in rollout.words


@pytest.mark.long
def test_in_the_sandbox_that_dspy_takes_where_nothing_is_said() -> None:
    try:
        with dspy.PythonInterpreter() as sandbox:
            sandbox.execute("1")
    except CodeInterpreterError as error:
        pytest.skip(f"DSPy's own sandbox does not start here: {str(error).splitlines()[0]}")
    program = rlm(dspy.PythonInterpreter)
    with dspy.context(lm=coding(CASES[0][2])), trainable(program).using(changed(program, "generate_action")):
        assert trainable(program).invoke({"question": "q"}).answer.startswith("42, 7")
