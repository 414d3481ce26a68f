"""Our optimizers compile DSPy programs as DSPy's own do, with DSPy's metrics."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import dspy
import pytest
from dspy.teleprompt import Teleprompter

from llmdl_dspy import Compiler, Demonstrations, Metric, TextualGradient
from llmdl_plugins import trainable
from llmdl_plugins.data import Example
from llmdl_plugins.errors import DataError, LlmdlError, MisuseError, TargetError
from llmdl_plugins.run.origin import Origin, made_again

from .agents.hops import EMPTY, Hops
from .hops_model import ASKED, model, row, teacher


def rows(start: int, size: int) -> list[Any]:
    made = [row(n) for n in range(start, start + size)]
    return [dspy.Example(**one["inputs"], **one["expected"]).with_inputs("question") for one in made]


def right(example: Any, prediction: Any, trace: Any = None) -> bool:
    return bool(example.answer == prediction.answer)


def test_a_program_goes_in_and_a_better_program_comes_out(tmp_path: Path) -> None:
    student, optimizer = Hops(), Demonstrations(metric=right)
    assert isinstance(optimizer, Teleprompter)
    with dspy.context(lm=model()):
        made = optimizer.compile(student, trainset=rows(0, 80), valset=rows(80, 40))
        test = dspy.Evaluate(devset=rows(200, 20), metric=right, num_threads=4, display_progress=False)
        assert test(student).score == 50.0 and test(made).score == 100.0
    assert isinstance(made, Hops) and made is not student and made._compiled
    assert made.detailed_results.status == "improved" and not student.answer.demos and made.ask.predict.demos
    made.save(tmp_path / "made.json")
    again = Hops()
    again.load(tmp_path / "made.json")
    assert again.dump_state() == made.dump_state()


def test_the_teacher_is_a_dspy_model_or_a_chat_model() -> None:
    with dspy.context(lm=model()):
        made = TextualGradient(metric=right, teacher=teacher()).compile(Hops(), trainset=rows(0, 120))
    assert made.answer.signature.instructions == ASKED
    assert made.detailed_results.after == 1.0


def test_where_no_gain_is_shown_the_program_is_as_it_was(caplog: Any) -> None:
    student = Hops()
    with dspy.context(lm=model()):
        never = Compiler(lambda example, prediction: 0.5, optimizer="demonstrations")
        made = never.compile(student, trainset=rows(0, 120))
    assert made is not student and made.dump_state() == student.dump_state()
    assert made.detailed_results.status == "no gain shown" and "the program is as it was" in caplog.text


def test_it_is_a_step_of_betters_together() -> None:
    with dspy.context(lm=model()):
        student = Hops()
        student.set_lm(dspy.settings.lm)
        both = dspy.BetterTogether(metric=right, d=Demonstrations(metric=right))
        made = both.compile(student, trainset=rows(0, 80), valset=rows(80, 40), strategy="d", seed=0)
    assert made.candidate_programs[0]["score"] == 100.0 and made.candidate_programs[0]["strategy"] == "d"


class Judge(dspy.Module):  # type: ignore[misc]
    def forward(self, example: Any, pred: Any, trace: Any = None) -> float:
        return float(example.answer == pred.answer)


async def later(example: Any, prediction: Any) -> float:
    return float(right(example, prediction))


def words(gold: Any, pred: Any, trace: Any, pred_name: Any, pred_trace: Any) -> Any:
    return dspy.Prediction(score=float(right(gold, pred)), feedback="look again")


def six(gold: Any, pred: Any, trace: Any, pred_name: Any, pred_trace: Any, *, program_trace: Any) -> float:
    return float(right(gold, pred))


@pytest.mark.parametrize("metric", [right, lambda e, p: right(e, p), words, six, later, Judge()])
async def test_metrics_come_in_all_signatures(metric: Any) -> None:
    loss, gold = Metric(metric), Example({"question": "Is 2 even?"}, {"answer": "even"}, "1")
    good, bad = await loss({"answer": "even"}, gold), await loss({"answer": "odd"}, gold)
    assert (good.value, bad.value) == (1.0, 0.0) and (bad.words == "look again") is (metric is words)


@pytest.mark.parametrize("metric", [right, words, later, Judge()])
async def test_a_metric_is_known_by_its_signature_where_a_program_is_trained(metric: Any) -> None:
    loss, gold = trainable(Hops()).loss(metric), Example({"question": "Is 2 even?"}, {"answer": "even"}, "1")
    assert (await loss({"answer": "even"}, gold)).value == 1.0
    plain = trainable(Hops()).loss(lambda prediction, wanted: prediction["answer"] == wanted["answer"])
    assert (await plain({"answer": "even"}, gold)).value == 1.0


def test_workers_score_by_a_metric_as_it_is_here() -> None:
    net = trainable(Hops())
    told = Origin({"target": "tests.dspy.agents.hops:program"}, right).told(net, net.loss(right))
    assert type(made_again({**told, "trainable": {}})[1]) is Metric


def failing(example: Any, prediction: Any) -> float:
    raise KeyError("gold")


@pytest.mark.parametrize(
    ("metric", "why"),
    [
        (lambda e, p: None, "returned None on row '0'"),
        (lambda e, p: math.nan, "returned nan on row '0'; it must be a number from 0 to 1"),
        (lambda e, p: 7, "returned 7.0 on row '0'; it must be a number"),
        (lambda e, p: "good", "returned 'good' on row '0'; it must return a number"),
        (failing, "failing failed on row '0': KeyError: 'gold'"),
    ],
)
async def test_what_is_no_score_is_refused_with_the_row(metric: Any, why: str) -> None:
    with pytest.raises(MisuseError, match=why):
        await Metric(metric)({"answer": "even"}, Example({"question": "?"}, {"answer": "even"}, "0"))


def bare(**fields: Any) -> list[Any]:
    return [dspy.Example(question=f"number {n}", answer="odd") for n in range(60)]


@pytest.mark.parametrize(
    ("student", "rows_", "error", "why"),
    [
        (Hops(), bare(), DataError, "mark the inputs of this dspy.Example with .with_inputs"),
        (Hops(), [], DataError, "has no rows"),
        (Hops(), rows(0, 10), DataError, "too few rows"),
        (EMPTY, rows(0, 120), TargetError, "no predictors"),
        ("Hops", rows(0, 120), MisuseError, "compile takes a dspy.Module, not a str"),
    ],
)
def test_bad_input_is_refused_before_a_call(student: Any, rows_: Any, error: type[LlmdlError], why: str) -> None:
    lm = model()
    with dspy.context(lm=lm), pytest.raises(error, match=why):
        Demonstrations(metric=right).compile(student, trainset=rows_)
    assert lm.engine.chat.calls == []


def test_a_program_without_a_model_is_refused() -> None:
    with pytest.raises(MisuseError, match=r"No LM is set for ask.predict: dspy.configure"):
        Demonstrations(metric=right).compile(Hops(), trainset=rows(0, 120))


def test_a_metric_that_is_none_is_refused() -> None:
    with pytest.raises(MisuseError, match="not a str"):
        Demonstrations(metric="right")  # type: ignore[arg-type]
    with pytest.raises(MisuseError, match=r"takes \(example, prediction\); this one takes \(example\)"):
        Demonstrations(metric=lambda example: 1.0)
