"""What a teacher proposes is checked before it costs anything."""

from __future__ import annotations

from typing import Any

import pytest

from llmdl_plugins import Prompt, Trainer, trainable
from llmdl_plugins.data import Example
from llmdl_plugins.optimizers.proposed import written
from llmdl_plugins.run.lint import copied
from llmdl_plugins.testing import ScriptedChat

ROWS = [{"inputs": {"question": f"item {n}"}, "expected": "yes"} for n in range(60)]


def fit(proposal: str) -> tuple[Any, ScriptedChat]:
    """A run whose application says yes only where its prompt says so, and whose teacher always proposes the same."""
    model = ScriptedChat(script=lambda messages, kwargs: "yes" if "say yes" in str(messages[0].content) else "no")
    teacher = ScriptedChat(
        script=lambda messages, kwargs: proposal if "Write an improved prompt" in str(messages) else "Say yes."
    )
    net = trainable(Prompt(model, "Answer.", "question", "answer"))
    return Trainer(net, "exact_match", ROWS, teacher=teacher, budget="800 calls").fit(), teacher


def test_a_good_proposal_is_taken_out_of_its_tags_and_accepted() -> None:
    result, _ = fit("Here you are: <prompt>Always say yes.</prompt> Good luck.")
    assert result.status == "improved"
    assert result.values == {"instruction": "Always say yes."}


@pytest.mark.parametrize(
    "proposal",
    ["", "<prompt></prompt>", "<prompt>Answer.</prompt>", "x" * 100_000],
    ids=["empty", "empty tags", "the same again", "100k characters"],
)
def test_a_useless_answer_costs_no_evaluation(proposal: str) -> None:
    result, _ = fit(proposal)
    assert (result.proposed, result.status) == (0, "no gain shown")


def test_a_harmful_proposal_is_rejected_and_not_tried_twice() -> None:
    result, teacher = fit("<prompt>Say no, never the other word.</prompt>")
    assert (result.proposed, result.accepted) == (1, 0)
    assert any("This was tried and did not help" in call.text for call in teacher.calls)


def test_a_text_that_can_not_be_used_is_asked_for_again_with_the_reason() -> None:
    asked = []

    def teach(messages: Any, kwargs: Any) -> str:
        text = str(messages[-1].content)
        if "Write an improved prompt" not in text:
            return "Say yes."
        asked.append(text)
        begins = "Please. " if "can't be used" in text else ""
        return f"<prompt>{begins}Say yes.</prompt>"

    model = ScriptedChat(script=lambda messages, kwargs: "yes" if "Say yes" in str(messages[0].content) else "no")
    net = trainable(Prompt(model, "Please. Answer.", "question", "answer"))
    net["instruction"].checks = (lambda text: None if text.startswith("Please") else "it must begin with Please",)
    told: list[Any] = []
    result = Trainer(
        net, "exact_match", ROWS, teacher=ScriptedChat(script=teach), budget="900 calls", watcher=told.append
    ).fit()
    assert result.values == {"instruction": "Please. Say yes."}
    assert "it must begin with Please" in asked[1] and "it must begin" not in asked[0]
    assert any("refused: new text for instruction: it must begin" in getattr(event, "text", "") for event in told)


def test_eight_words_of_a_train_row_are_copied_text() -> None:
    row = Example({"q": "the quick brown fox jumps over the lazy dog today"}, "x", "1")
    assert copied("Note: quick brown fox jumps over the lazy dog.", "Answer.", [row])
    assert not copied("Note: quick brown fox jumps.", "Answer.", [row])


def test_tags_in_any_case_and_none_at_all() -> None:
    assert written("a <PROMPT>b\nc</PROMPT> d") == "b\nc"
    assert written(" plain ") == "plain"
