"""What a user of DSPy may try, and can't do here: it is said before anything runs, and what to do instead."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import dspy
import pytest

from llmdl_dspy import GEPA, Demonstrations, TextualGradient
from llmdl_plugins import trainable
from llmdl_plugins.cli.fitting import resolved_loss
from llmdl_plugins.data import Example
from llmdl_plugins.errors import MisuseError, TargetError
from llmdl_plugins.plugins.catalogue import catalogue, find
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.target import load_target

from .filling import chatting, filling, marked
from .programs import Inner
from .test_compiling import right, rows
from .test_tool_uses import evaluator


@pytest.mark.parametrize(
    ("name", "options", "why"),
    [
        ("dspy:copro", {"bredth": 3}, "takes no option 'bredth'. Did you mean 'breadth'"),
        ("dspy:gepa", {"auto": "lite"}, "takes 'light' or 'medium' or 'heavy' as auto, not 'lite'"),
        ("dspy:gepa", {"reflection_lm": object()}, "takes no reflection_lm here: .* give teacher="),
        ("dspy:miprov2", {"prompt_model": object()}, "takes no prompt_model here: .* give teacher="),
        ("dspy:miprov2", {"task_model": object()}, "nodes ask their own models"),
        ("dspy:simba", {"metric": right}, "runs are scored by the loss"),
        ("dspy:bootstrap-few-shot-with-random-search", {"num_threads": 4}, "give concurrency="),
        ("dspy:knn-few-shot", {"vectorizer": object()}, "takes no option 'vectorizer'"),
        ("gepa", {"auto": "light"}, "takes no option 'auto'"),
        ("gepa", {"seed_candidate": {}}, "takes no option 'seed_candidate'"),
    ],
)
def test_options_that_an_optimizer_does_not_take(name: str, options: dict[str, Any], why: str) -> None:
    with pytest.raises(MisuseError, match=f"^{name} .*{why}"):
        find("optimizers", name)(**options)


def test_options_that_it_takes() -> None:
    for name, options in (
        ("dspy:miprov2", {"auto": None, "num_candidates": 3, "num_trials": 4, "minibatch": False}),
        ("dspy:infer-rules", {"num_rules": 2, "max_bootstrapped_demos": 1}),
        ("dspy:ensemble", {"size": 2, "num_candidate_programs": 3}),
        ("dspy:better-together", {"strategy": "g", "gepa": {"max_metric_calls": 9}}),
        ("gepa", {"max_metric_calls": 9, "module_selector": "round_robin"}),
    ):
        assert find("optimizers", name)(**options).options == options


def test_every_one_is_made_without_options() -> None:
    offered = [name for name, offer in catalogue("optimizers").items() if not offer.spec.unavailable]
    assert {find("optimizers", name)().name for name in offered if name.startswith("dspy:")} <= {*offered}


def test_our_optimizers_for_dspy_users_say_so_too() -> None:
    with pytest.raises(MisuseError, match="gepa takes no reflection_lm here"):
        GEPA(right, reflection_lm=filling(marked))
    with pytest.raises(MisuseError, match="demonstrations takes no option 'max_bootstrapped_demos'"):
        Demonstrations(right, max_bootstrapped_demos=2)
    with pytest.raises(MisuseError, match="textual-gradient takes no option 'round'. Did you mean 'rounds'"):
        TextualGradient(right, round=2)


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (lambda: dspy.Predict, "Predict"),
        (lambda: filling(marked), "LM"),
        (lambda: dspy.Parallel(), "Parallel"),
        (lambda: dspy.asyncify(dspy.Predict("question -> answer")), "asyncify"),
        (lambda: dspy.streamify(dspy.Predict("question -> answer")), "streamify"),
    ],
)
def test_parts_of_dspy_are_no_program(made: Any, what: str) -> None:
    with pytest.raises(TargetError, match=f"DSPy's {what} is no program: give a dspy.Module"):
        trainable(made())


class Stylish(dspy.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.predict = dspy.Predict("question, note: str | None -> answer")

    def forward(self, question: str, style: str = "plain") -> Any:
        return self.predict(question=f"{question} ({style})")


@pytest.mark.parametrize("program", [dspy.ChainOfThought("question, note: str | None -> answer"), Stylish()])
async def test_rows_that_name_inputs_otherwise_than_the_program(program: Any) -> None:
    rows = [Example({name: "q", "style": "short"}, {"answer": "none"}, name) for name in ("question", "query")]
    with dspy.context(lm=filling(marked)), closing(Ledger()) as ledger, evaluator(program, ledger) as at:
        assert [found.score for found in await at.evaluate([{}], rows[:1])] == [1.0]
        with pytest.raises(MisuseError, match="Row 'query' gives query and style, and .* takes question: name the"):
            await at.evaluate([{}], rows[1:])


APP = """
import dspy
from llmdl_plugins.testing import ScriptedChat
from llmdl_dspy import as_lm

def never(*_):
    raise AssertionError("a model was asked")

dspy.configure(lm=as_lm(ScriptedChat(never)))
text = dspy.Signature("question -> answer")
asks = dspy.asyncify(dspy.Predict(text))

class Own(dspy.Signature):
    question: str = dspy.InputField()
"""


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("text", "StringSignature is a signature and no program"),
        ("Own", "Own is a signature and no program"),
        ("asks", "DSPy's asyncify is no program"),
    ],
)
def test_they_are_not_called_to_see_what_they_make(name: str, why: str, tmp_path: Path) -> None:
    (app := tmp_path / f"parts_{name}.py").write_text(APP)
    configured = dspy.settings.lm
    try:
        with pytest.raises(TargetError, match=why):
            trainable(load_target(f"{app}:{name}"))
    finally:
        dspy.configure(lm=configured)


@pytest.mark.parametrize(
    ("lm", "why"),
    [
        (None, r"No LM is set for draft.predict: dspy.configure\(lm=dspy.LM"),
        ("openai/gpt-5-mini", r"The LM of draft.predict is the text 'openai/gpt-5-mini': set the model dspy.LM\("),
        (chatting(marked), r"The LM of draft.predict is a ScriptedChat, .* llmdl_dspy.as_lm\(model\)"),
    ],
)
async def test_what_is_no_model_of_dspy_is_said_before_it_is_asked(lm: Any, why: str) -> None:
    row = Example({"question": "q"}, {"answer": "a"}, "0")
    with dspy.context(lm=lm):
        with closing(Ledger()) as ledger, evaluator(Inner(), ledger) as at, pytest.raises(MisuseError, match=why):
            await at.evaluate([{}], [row])
        with pytest.raises(MisuseError, match=why):
            GEPA(right).compile(Inner(), trainset=rows(0, 40))


def test_a_metric_is_named_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "a_metric.py").write_text("def right(example, pred, trace=None):\n    return example.x == pred.x\n")
    found = resolved_loss(f"{tmp_path / 'a_metric.py'}:right")
    assert found(dspy.Example(x=1), dspy.Example(x=1)) is True
    with pytest.raises(MisuseError, match=r"there is no 'rigth'\. Did you mean 'right'"):
        resolved_loss(f"{tmp_path / 'a_metric.py'}:rigth")
