"""Choices: the answer is one of them, and each has a probability that means what it says."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, SystemMessage

from llmdl_local import LocalChat, wire
from llmdl_local.choosing import EVERY, _likely, _matches, calibrated, checked, score
from llmdl_local.engine import engine
from llmdl_plugins.errors import MisuseError
from llmdl_plugins.layers.score import Score

TRUTH = {"": {"sp": 0.4, "tech": 0.2, "The": 0.3, "x": 0.1}, "sp": {"orts": 0.9, "am": 0.1}}


def model_that_knows(truth: dict[str, dict[str, float]], lifts: bool = True) -> Any:
    """A model of known probabilities, answering as llama.cpp does: forced tokens show their own, whatever the rank."""

    def ask(body: dict[str, Any]) -> dict[str, Any]:
        last = body["messages"][-1]
        likely = truth[last["content"] if last["role"] == "assistant" else ""]
        if lifts and (lifted := [text for text, _ in body.get("logit_bias", [])]):
            return lifted_to_the_front(likely, lifted)
        allowed = [json.loads(text) for text in re.findall(r'"[^"]*"', body.get("grammar", ""))]
        fits = [token for token in likely if not allowed or any(text.startswith(token) for text in allowed)]
        sampled = max(fits, key=likely.__getitem__)
        seen = sorted(likely, key=likely.__getitem__, reverse=True)[: min(3, body["top_logprobs"])]
        content = token(sampled, likely) | {"top_logprobs": [token(text, likely) for text in seen]}
        return {"choices": [{"logprobs": {"content": [content]}}]}

    return ask


def lifted_to_the_front(likely: dict[str, float], lifted: list[str]) -> dict[str, Any]:
    first = {text: p for text, p in likely.items() if text and any(one.startswith(text) for one in lifted)}
    told = [{"bytes": list(text.encode()), "prob": p / sum(first.values())} for text, p in first.items()]
    return {"choices": [{"logprobs": {"content": [told[0] | {"top_probs": told}]}}]}


def token(text: str, likely: dict[str, float]) -> dict[str, Any]:
    return {"bytes": list(text.encode()), "logprob": math.log(likely[text])}


def scored(truth: dict[str, dict[str, float]], *choices: str) -> dict[str, float]:
    """The scores, which are the same where the model lists nothing lifted."""
    body = {"messages": [{"role": "user", "content": "Which?"}]}
    lifted, searched = (score(model_that_knows(truth, lifts), body, choices) for lifts in (True, False))
    assert lifted == pytest.approx(searched)
    return lifted


def test_scores_are_the_model_s_own_over_the_choices() -> None:
    assert scored(TRUTH, "tech", "The arts") == pytest.approx({"tech": 0.4, "The arts": 0.6})


def test_choices_that_share_a_token_split_what_it_has() -> None:
    want = {"sports": 0.9 * 2 / 3, "spam": 0.1 * 2 / 3, "tech": 1 / 3}
    assert scored(TRUTH, "sports", "spam", "tech") == pytest.approx(want)


def test_a_choice_beyond_the_listed_tokens_is_still_scored_exactly() -> None:
    assert scored(TRUTH, "xenon", "tech") == pytest.approx({"xenon": 1 / 3, "tech": 2 / 3})


def test_a_choice_that_begins_another_ends_where_the_model_would_end() -> None:
    truth = {"": {"yes": 0.6, "no": 0.4}, "yes": {"": 0.75, ", but": 0.25}}
    assert scored(truth, "yes", "yes, but", "no") == pytest.approx({"yes": 0.45, "yes, but": 0.15, "no": 0.4})


def test_a_prior_is_divided_out() -> None:
    assert calibrated({"a": 0.6, "b": 0.4}, {"a": 0.75, "b": 0.25}) == pytest.approx({"a": 1 / 3, "b": 2 / 3})


@pytest.mark.parametrize("prior", [{"a": 0.5}, {"a": 0.5, "b": 0}])
def test_a_prior_without_a_choice_is_refused(prior: dict[str, float]) -> None:
    with pytest.raises(MisuseError, match="'b'"):
        calibrated({"a": 0.6, "b": 0.4}, prior)


@pytest.mark.parametrize("choices", [["a"], ["a", "a"], ["a", ""], "ab"])
def test_choices_that_are_none_are_refused(choices: Any) -> None:
    with pytest.raises(MisuseError, match="two or more"):
        checked(choices)


def test_one_request_says_what_the_whole_vocabulary_says(chat: LocalChat) -> None:
    choices = ["refund", "exchange", "lost card", "pin", "declined"]
    asked = chat.invoke("Where is my money?", choices=choices, repeat_penalty=1.5)
    assert asked.response_metadata["requests"] == 1
    body = wire.request(chat._convert_input("Where is my money?").to_messages(), {"temperature": 0})
    whole = _matches(_likely(engine(chat._size).ask, body, EVERY), {choice: choice.encode() for choice in choices})
    total = sum(probability for _, probability in whole.values())
    want = {choice: probability / total for choice, (_, probability) in whole.items()}
    assert asked.response_metadata["scores"] == pytest.approx(want, rel=0.05)


@pytest.mark.parametrize(
    "choices",
    [
        ["yes", "no", "maybe"],
        ["card_arrival", "card_lost", "card_stolen", "pin"],
        ['say "no"', "back\\slash", "two\nlines"],
        ["naïve", "☃", "日本"],
        ["yes", "yes, but not at night"],
    ],
)
def test_the_answer_is_one_of_the_choices_and_scores_sum_to_1(chat: LocalChat, choices: list[str]) -> None:
    answer = chat.invoke("Is the sky blue?", choices=choices)
    scores = answer.response_metadata["scores"]
    assert list(scores) == choices and sum(scores.values()) == pytest.approx(1)
    assert answer.content == max(scores, key=scores.get)
    assert answer.usage_metadata and answer.usage_metadata["output_tokens"] == answer.response_metadata["requests"]


async def test_a_prior_changes_the_answer(chat: LocalChat) -> None:
    torn = LocalChat(model_path=chat.model_path, context=2048, choices=["yes", "no"])
    plain = await torn.ainvoke("Is the sky blue?")
    assert plain.content in ("yes", "no")
    lean = {"yes": 0.0001, "no": 0.0001, str(plain.content): 0.9999}
    assert (await torn.ainvoke("Is the sky blue?", prior=lean)).content != plain.content


async def test_choices_stream_as_one_piece(chat: LocalChat) -> None:
    picky = chat.bind(choices=["yes", "no"])
    for pieces in ([*picky.stream("Blue?")], [piece async for piece in picky.astream("Blue?")]):
        assert "".join(piece.text for piece in pieces) in ("yes", "no")
        assert any(piece.usage_metadata for piece in pieces) and "scores" in pieces[0].response_metadata


def test_a_score_layer_reads_the_choices(chat: LocalChat) -> None:
    letters = LocalChat(model_path=chat.model_path, context=2048, choices=["A", "B"])
    layer = Score(letters, ["yes", "no"], "question", "answer")
    found = layer.invoke({"question": "Is the sky blue?"})["probabilities"]
    asked = [SystemMessage(f"{layer.instruction.value}\n\nA. yes\nB. no\n\nAnswer with the letter alone.")]
    want = letters.invoke([*asked, HumanMessage("Is the sky blue?")]).response_metadata["scores"]
    assert [*found.values()] == pytest.approx([*want.values()], rel=1e-3)


def test_demonstrations_change_the_scores(chat: LocalChat) -> None:
    shots = [("human", "red"), ("ai", "stop"), ("human", "green"), ("ai", "go")] * 2
    asked = [chat.invoke([*shots, ("human", light)], choices=["stop", "go"]) for light in ("red", "green")]
    red, green = (answer.response_metadata["scores"] for answer in asked)
    assert red["stop"] > green["stop"]
