"""Parameters: what they accept, and that a candidate is in force in one context only."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from llmdl_plugins.binding import untied, using, values_of
from llmdl_plugins.errors import ParameterError
from llmdl_plugins.parameter import Parameter, check
from llmdl_plugins.tape import recording, step

QUESTION = Parameter("Answer {question}, then {question} again.", slots=["question"], max_chars=60)
DEMOS = Parameter([], kind="demos")
CHOICE = Parameter("a", kind="choice", options=("a", "b"))


@pytest.mark.parametrize(
    ("parameter", "value", "said"),
    [
        (QUESTION, "Only {question}.", "slots must stay"),
        (QUESTION, "{question} {question} {question}", "slots must stay"),
        (QUESTION, "{{question}} {question}", "slots must stay"),
        (QUESTION, "{question} {question}" + "x" * 60, "60 allowed"),
        (QUESTION, " ", "empty"),
        (QUESTION, 3, "needs text, got int"),
        (DEMOS, "x", "needs a list"),
        (DEMOS, [{"input": "x"}], 'demonstration 0 needs "input" and "output"'),
        (DEMOS, [{"input": "x", "output": "y"}, {"input": "x", "output": 3}], "demonstration 1"),
        (CHOICE, "c", "none of ['a', 'b']"),
        (CHOICE, ["a"], "none of ['a', 'b']"),
    ],
)
def test_an_impossible_value_is_refused_with_its_reason(parameter: Parameter, value: Any, said: str) -> None:
    with pytest.raises(ParameterError, match="node/p: ") as raised:
        check(parameter, value, "node/p")
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (QUESTION, 'Of {question} and {question} give {"a": {}}.'),
        (QUESTION, "{question}{question}{{question}}{unknown}"),
        (DEMOS, [{"input": "x", "output": "y", "why": "z"}]),
        (DEMOS, ()),
        (CHOICE, "b"),
        (Parameter(""), ""),
    ],
)
def test_a_possible_value_is_taken(parameter: Parameter, value: Any) -> None:
    check(parameter, value, "p")


def test_own_checks_say_what_is_wrong() -> None:
    kind = Parameter("Be kind.", checks=[lambda v: None if "kind" in v else "it must stay kind"])
    assert kind.problem("Be brief.") == "it must stay kind"
    assert kind.problem("Be very kind.") is None


def test_a_frozen_parameter_takes_nothing_until_it_is_unfrozen() -> None:
    tone = Parameter("Be kind.")
    tone.freeze("the lawyers wrote it")
    with pytest.raises(ParameterError, match=r"frozen .the lawyers wrote it."):
        check(tone, "Be brief.", "tone")
    tone.unfreeze()
    check(tone, "Be brief.", "tone")


async def test_values_are_in_force_in_one_task_only() -> None:
    tone = Parameter("default")

    async def one(n: int) -> bool:
        with using({tone: f"value {n}"}):
            for _ in range(5):
                await asyncio.sleep(random.random() / 1000)
                if tone.value != f"value {n}":
                    return False
        return bool(tone.value == "default")

    assert all(await asyncio.gather(*(one(n) for n in range(200))))
    assert tone.value == "default"


def test_inner_values_come_on_top_and_go_again_after_an_error() -> None:
    a, b = Parameter("a"), Parameter("b")
    with using({a: "A"}):
        with pytest.raises(RuntimeError), using({b: "B"}):
            assert (a.value, b.value) == ("A", "B")
            raise RuntimeError
        assert (a.value, b.value) == ("A", "b")
    assert (a.value, b.value) == ("a", "b")


def test_reading_is_noted_at_the_step_inside_only() -> None:
    tone = Parameter("x")
    with recording(), step("asks", {}) as here:
        assert here is not None and here.reads == []
        _ = tone.value
    _ = tone.value
    assert here.reads == [tone]


def test_several_are_read_as_each_is() -> None:
    tone, length, mine = Parameter("x"), Parameter("y"), Parameter("m")
    with recording(), step("asks", {}) as here, using({tone: "X", mine: "M"}):
        assert here is not None
        assert values_of([tone, length]) == ("X", "y") and here.reads == [tone, length]
        with untied({length: mine}):
            assert values_of([tone, length]) == ("X", "M") and here.reads == [tone, length, mine]
