"""What train rows give without a model, whatever rows and losses are like."""

from __future__ import annotations

from typing import Any

from llmdl_plugins import sync
from llmdl_plugins.data import Example
from llmdl_plugins.loading import load
from llmdl_plugins.losses.loss import FunctionLoss, resolve
from llmdl_plugins.training.baseline import no_model_baseline

ROWS = [
    {"inputs": {"text": f"{'goal match' if n % 2 else 'vote law'} {n}"}, "expected": {"desk": "ab"[n % 2]}}
    for n in range(40)
]


def told(loss: Any, *test: Example) -> float | str:
    rows = list(load(ROWS))
    found = sync.run(no_model_baseline(rows[:30], test or rows[30:], resolve(loss, None, FunctionLoss)))
    return found if isinstance(found, str) else found.nearest


def test_a_row_without_the_text_key_is_asked_with_nothing() -> None:
    assert told("exact_match") == 1.0
    (odd,) = load([{"inputs": {"body": "goal match 7"}, "expected": {"desk": "b"}}])
    assert told("exact_match", odd, *list(load(ROWS))[30:33]) in (0.75, 1.0)


def test_a_loss_that_reads_more_of_the_state_than_the_answer_is_named() -> None:
    said = told(lambda prediction, gold: float(prediction["summary"] == gold["desk"]))
    assert str(said).endswith("raised KeyError: 'summary'")


def test_free_text_is_not_looked_up() -> None:
    free = list(load([{**row, "expected": {"desk": f"{n}"}} for n, row in enumerate(ROWS)]))
    said = sync.run(no_model_baseline(free[:30], free[30:], resolve("exact_match")))
    assert said == "30 different answers on 30 train rows are too many to be looked up"
