"""What a call may ask for, and what comes back with the answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from llmdl_local import LocalChat
from llmdl_plugins.errors import MisuseError

QUESTION = [SystemMessage("You answer in one sentence."), HumanMessage("What colour is the sky on a clear day?")]


def test_usage_counts_every_token_and_those_from_the_cache(chat: LocalChat) -> None:
    chat.invoke(QUESTION)
    usage = chat.invoke(QUESTION).usage_metadata
    assert usage is not None
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert 0 < usage["input_token_details"]["cache_read"] < usage["input_tokens"]


def test_a_shared_prefix_is_read_once(chat: LocalChat) -> None:
    shared = SystemMessage("You sort letters for a town hall. " * 20)
    chat.invoke([shared, HumanMessage("A bill")])
    usage = chat.invoke([shared, HumanMessage("An invitation")]).usage_metadata
    assert usage and usage["input_token_details"]["cache_read"] > 100


def test_max_tokens_ends_the_answer_and_says_so(chat: LocalChat) -> None:
    answer = chat.invoke(QUESTION, max_tokens=3)
    assert answer.usage_metadata and answer.usage_metadata["output_tokens"] == 3
    assert answer.response_metadata["finish_reason"] == "length"


def test_stop_ends_the_answer_before_the_text(chat: LocalChat) -> None:
    full = chat.invoke(QUESTION).text
    word = full.split()[2]
    for stopped in (chat.invoke(QUESTION, stop=[word]), chat.bind(stop=[word]).invoke(QUESTION)):
        assert full.startswith(stopped.text) and word not in stopped.text
    assert LocalChat(model_path=chat.model_path, context=2048, stop=[word]).invoke(QUESTION).text == stopped.text


def test_temperature_0_repeats_itself(chat: LocalChat) -> None:
    assert len({chat.invoke(QUESTION).text for _ in range(3)}) == 1


def test_a_seed_repeats_a_sample_and_another_seed_draws_another(chat: LocalChat) -> None:
    chat.invoke(QUESTION)  # from here on every call reads the same cached prompt
    hot = chat.bind(temperature=1.5)
    assert hot.invoke(QUESTION, seed=1).text == hot.invoke(QUESTION, seed=1).text
    assert len({hot.invoke(QUESTION, seed=seed).text for seed in range(4)}) > 1


def test_log_probabilities_come_where_asked_for(chat: LocalChat) -> None:
    assert "logprobs" not in chat.invoke(QUESTION).response_metadata
    tokens = chat.invoke(QUESTION, top_logprobs=3, max_tokens=4).response_metadata["logprobs"]["content"]
    assert len(tokens) == 4 and all(len(token["top_logprobs"]) == 3 for token in tokens)
    assert all(token["logprob"] <= 0 for token in tokens)


def test_demonstrations_and_text_blocks_are_understood(chat: LocalChat) -> None:
    blocks = HumanMessage([{"type": "text", "text": "ping"}])
    shots = [blocks, AIMessage("pong")] * 3
    assert "pong" in chat.invoke([*shots, HumanMessage("ping")]).text.lower()


def test_a_misspelt_setting_is_refused_with_a_near_name(chat: LocalChat) -> None:
    with pytest.raises(MisuseError, match="Did you mean 'max_tokens'"):
        chat.invoke(QUESTION, max_token=3)


def test_a_prompt_that_does_not_fit_says_what_to_change(weights: Path) -> None:
    with pytest.raises(MisuseError, match="larger context"):
        LocalChat(model_path=weights, context=2048).invoke("word " * 3000)


def test_an_image_is_refused(chat: LocalChat) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    with pytest.raises(MisuseError, match=r"llama\.cpp can't"):
        chat.invoke([HumanMessage([{"type": "text", "text": "What is this?"}, picture])])
