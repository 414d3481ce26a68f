"""Losses: a number from 0 to 1 and words that say what is wrong; every key of expected counts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from pydantic import BaseModel

from llmdl_plugins.data import Example
from llmdl_plugins.errors import MisuseError, UnknownNameError
from llmdl_plugins.losses.judge import Judge, JudgeError
from llmdl_plugins.losses.loss import Loss, Score, checked, resolve
from llmdl_plugins.losses.numeric import Numeric, last_number
from llmdl_plugins.testing import ScriptedChat


class Verdict(BaseModel):
    """What `response_format` makes of an answer."""

    a: int
    b: str


async def scored(loss: Any, prediction: Any, expected: Any) -> Score:
    return await resolve(loss)(prediction, Example({"q": "x"}, expected, "1"))


@pytest.mark.parametrize(
    ("loss", "got", "want", "value"),
    [
        ("exact_match", " Paris ", "paris", 1),
        ("exact_match", "\uff30aris", "Paris", 1),
        ("exact_match", "Paris.", "Paris", 0),
        ("exact_match", 5, "5", 1),
        ("exact_match", ["b", "a"], ["b", "a"], 1),
        ("contains", "It is PARIS, I think", "paris", 1),
        ("contains", "It is Rome", "paris", 0),
        ("f1", "the cat sat", "the cat", 0.8),
        ("f1", "", "", 1),
        ("f1", "", "x", 0),
        ("numeric", "So it is 1,234.50 in all.", "1234.5", 1),
        ("numeric", "first 3, then 4", 4, 1),
        ("numeric", "no number", "4", 0),
        ("json_match", '```json\n{"a": 1, "b": "X"}\n```', '{"a": 1.0, "b": "x"}', 1),
        ("json_match", '{"a": 1}', '{"a": 1, "b": 2}', 0.5),
        ("json_match", "no json", '{"a": 1}', 0),
        ("json_match", "[1, 2]", "[1, 2]", 1),
    ],
)
async def test_each_loss_compares_in_its_way(loss: str, got: Any, want: Any, value: float) -> None:
    score = await scored(loss, {"answer": got}, want)
    assert score.value == pytest.approx(value)
    assert bool(score.words) is (value < 1)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("x = -5", -5), ("10-5", 5), ("1,2,3", 3), ("12,345,678", 12_345_678), ("1234,567", 567), (".5", 0.5),
        ("1e-3", 0.001), ("2.50.", 2.5), ("in 2023-05", 5), ("+7", 7), ("none", None), ("", None),
    ],
)  # fmt: skip
def test_the_last_number_of_a_text(text: str, number: float | None) -> None:
    assert last_number(text) == number


async def test_numbers_are_equal_within_the_tolerance() -> None:
    assert (await scored(Numeric(0.1), "10.4", "10")).value == 1 > (await scored("numeric", "10.4", "10")).value


async def test_each_expected_key_counts_the_same_and_its_words_name_it() -> None:
    score = await scored("exact_match", {"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4})
    assert score == Score(1 / 3, "b: got '2', expected '3'. The output has no 'c'.")


async def test_an_output_that_is_no_state_is_told() -> None:
    assert (
        await scored("exact_match", "text", {"a": 1, "b": 2})
    ).words == "The output is str, not a state with ['a', 'b']."


async def test_one_key_is_compared_with_what_gives_one_thing() -> None:
    assert await scored("exact_match", "paris", {"answer": "Paris"}) == Score(1.0)
    assert (
        await scored("exact_match", AIMessage("Rome"), {"answer": "Paris"})
    ).words == "got 'Rome', expected 'Paris'."


async def test_a_row_that_expects_nothing_is_refused() -> None:
    with pytest.raises(MisuseError, match="Row '1' expects nothing"):
        await scored("exact_match", {"a": 1}, {})


@pytest.mark.parametrize(
    "prediction",
    [
        "yes",
        AIMessage("yes"),
        AIMessage([{"type": "text", "text": "yes"}]),
        {"answer": "yes"},
        {"messages": [HumanMessage("?"), AIMessage("yes"), HumanMessage("really?")], "other": "no"},
    ],
)
async def test_a_plain_expected_is_compared_with_the_text_of_the_prediction(prediction: Any) -> None:
    assert (await scored("exact_match", prediction, "yes")).value == 1


async def test_functions_are_losses_synchronous_or_not() -> None:
    async def later(prediction: Any, gold: Any) -> bool:
        return bool(prediction["a"] == gold)

    assert (await scored(later, {"a": 1}, 1)).value == 1.0
    assert (await scored(lambda p, g: Score(0.5, "half"), {}, 1)) == Score(0.5, "half")
    told = SimpleNamespace(score=0.25, feedback="more")
    assert (await scored(lambda p, g: told, {}, 1)) == Score(0.25, "more")


@pytest.mark.parametrize("said", [None, "good", float("nan"), float("inf"), -0.1, 1.1, {}, 10**400, Score(2.0)])
def test_what_is_no_number_from_0_to_1_is_refused_by_name(said: Any) -> None:
    with pytest.raises(MisuseError, match="The loss mine returned"):
        checked(said, "mine", "0")


def test_names_are_resolved_with_suggestions() -> None:
    with pytest.raises(UnknownNameError, match=r"No loss 'exact'. Did you mean 'exact_match'"):
        resolve("exact")
    with pytest.raises(MisuseError, match="'judge' asks a model"):
        resolve("judge")
    for wrong in (None, 3, Loss):
        with pytest.raises(MisuseError, match="is no loss"):
            resolve(wrong)
    assert isinstance(resolve("judge", ScriptedChat([])), Judge)


def test_a_fingerprint_tells_settings_and_functions_apart() -> None:
    losses: list[Any] = [
        "numeric",
        Numeric(0.1),
        "f1",
        lambda p, g: 0.1,
        lambda p, g: 0.2,
        lambda p, g: p.x,
        lambda p, g: p.y,
    ]
    prints = [resolve(loss).fingerprint for loss in losses]
    assert len(set(prints)) == len(losses)
    assert resolve(Numeric(0.1)).fingerprint == prints[1]


@pytest.mark.parametrize(
    ("reply", "value", "words"),
    [
        ("Grade: 10\nRight.", 1.0, "Right."),
        ("**Grade:** 7.5/10\nToo long.\nReally.", 0.75, "Too long.\nReally."),
        ("grade: 0", 0.0, ""),
    ],
)
async def test_a_judge_grades_from_0_to_10(reply: str, value: float, words: str) -> None:
    model = ScriptedChat([reply])
    assert await scored(Judge(model, "Units count."), {"a": "{braces} are data"}, "{x}") == Score(value, words)
    assert "Units count." in model.calls[0].text and "{braces} are data" in model.calls[0].text


@pytest.mark.parametrize("reply", ["", "Good.", "Grade: eleven", "Grade: 11"])
async def test_a_judge_without_a_grade_is_no_score(reply: str) -> None:
    with pytest.raises(JudgeError, match="gave no grade"):
        await scored(Judge(ScriptedChat([reply])), "x", "y")


class Numeric64(float):
    """A number as numpy has them: it is one, and says so by conversion."""


class Truth:
    """A truth value as numpy has them: no bool, but a number where it is asked."""

    def __init__(self, value: bool) -> None:
        self.value = value

    def __float__(self) -> float:
        return float(self.value)


@pytest.mark.parametrize(
    ("said", "value"), [(Truth(True), 1.0), (Truth(False), 0.0), (Numeric64(0.5), 0.5), (-0.0, 0.0)]
)
def test_numbers_of_other_libraries_are_numbers(said: Any, value: float) -> None:
    assert checked(said, "mine", "0") == Score(value)


@pytest.mark.parametrize("said", [1e308, -1e308, float("-inf"), -1, 2, [], "nan", object()])
def test_a_number_beyond_the_scale_is_refused_and_never_cut_to_it(said: Any) -> None:
    with pytest.raises(MisuseError, match="from 0 to 1"):
        checked(said, "mine", "0")


class Counted(Loss):
    """A loss of a user that gives numbers."""

    name = "counted"

    async def compare(self, got: Any, want: Any, example: Any) -> Any:
        return len(got)


async def test_a_number_is_a_score_of_a_class_too() -> None:
    assert await scored(Counted(), "x", "y") == Score(1.0)
    with pytest.raises(MisuseError, match="The loss counted returned 2"):
        await scored(Counted(), "xx", "y")


async def test_fields_of_a_structured_response_are_compared() -> None:
    score = await scored("json_match", {"made": Verdict(a=1, b="y")}, {"made": {"a": 1, "b": "x"}})
    assert score == Score(0.5, "made: b is 'y' instead of 'x'.")
