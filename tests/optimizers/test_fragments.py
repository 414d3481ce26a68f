"""Instructions without a teacher, and without feedback: what stands in train rows is used, and guesses are screened."""

from __future__ import annotations

from typing import Any

from llmdl_plugins import Prompt, Trainer, trainable
from llmdl_plugins.testing import ScriptedChat

KINDS = ("fruit", "metal")
ROWS = [
    {"inputs": {"question": f"{('apple', 'iron')[n % 2]} piece number {n}"}, "expected": KINDS[n % 2]}
    for n in range(60)
]


def told(messages: Any, kwargs: Any) -> str:
    """Right where the prompt names the word of the question beside the answer."""
    prompt, question = str(messages[0].content), str(messages[-1].content)
    word = next(w for w in ("apple", "iron") if w in question)
    hinted = next((kind for kind in KINDS if f"{kind}: {word}" in prompt), None)
    return hinted or "thing"


def test_words_that_speak_for_an_answer_are_found_in_train_rows_without_a_teacher() -> None:
    net = trainable(Prompt(ScriptedChat(script=told), "What is it?", "question", "answer"))
    result = Trainer(net, "exact_match", ROWS, optimizer="fragments", budget="600 calls").fit()
    assert result.status == "improved"
    assert result.values["instruction"].startswith("What is it?\nWords that speak for an answer: fruit: apple")


def test_sentences_that_help_nobody_are_never_screened() -> None:
    net = trainable(Prompt(ScriptedChat(script=lambda m, k: "thing"), "What is it?", "question", "answer"))
    result = Trainer(net, "exact_match", ROWS, optimizer="fragments", budget="600 calls").fit()
    assert (result.status, result.proposed) == ("no gain shown", 0)


def test_rewrites_see_no_failure_and_are_screened_like_anything() -> None:
    teacher = ScriptedChat(script=lambda m, k: "<prompt>What is it? fruit: apple, metal: iron</prompt>")
    net = trainable(Prompt(ScriptedChat(script=told), "What is it?", "question", "answer"))
    result = Trainer(net, "exact_match", ROWS, optimizer="rewrites", teacher=teacher, budget="600 calls").fit()
    assert result.status == "improved" and result.accepted == 1
    assert not any("piece" in call.text for call in teacher.calls)
