"""The strength of a calibration is chosen by the screen, and nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest

from llmdl_plugins import Prompt, Trainer, trainable
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers.score import Score
from llmdl_plugins.testing import ScriptedChat

CHOICES = ("fruit", "metal")
ROWS = [
    {"inputs": {"question": f"{('apple', 'iron')[n % 2]} {n}"}, "expected": {"answer": CHOICES[n % 2]}}
    for n in range(80)
]


def leaning() -> ScriptedChat:
    """Draws "A" always for an apple, and for iron in three draws of five."""
    drawn = iter(range(10**9))

    def say(messages: Any, kwargs: Any) -> str:
        return "A" if "apple" in str(messages[-1].content) or next(drawn) % 5 < 3 else "B"

    return ScriptedChat(script=say)


def test_a_prior_that_hides_the_answer_is_taken_out_where_that_helps() -> None:
    prior = {"fruit": 0.8, "metal": 0.2}
    net = trainable(Score(leaning(), CHOICES, "question", "answer", by="draws", prior=prior))
    net["calibration"].default = "none"
    result = Trainer(net, "exact_match", ROWS, optimizer="calibration").fit()
    assert result.status == "improved" and set(result.values) == {"calibration"}
    assert result.values["calibration"] in ("half", "full")


def test_where_nothing_is_calibrated_that_is_said() -> None:
    net = trainable(Prompt(leaning(), "What is it?", "question", "answer"))
    with pytest.raises(MisuseError, match="Nothing here is calibrated"):
        Trainer(net, "exact_match", ROWS, optimizer="calibration").fit()
