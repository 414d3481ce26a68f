"""Pieces of an answer: together the whole, each as soon as it is there, and none after the reader left."""

from __future__ import annotations

import time
from functools import reduce
from operator import add

import pytest

from llmdl_local import LocalChat
from llmdl_plugins.errors import MisuseError

ASK = "Tell me about rivers."


def test_pieces_join_to_the_whole_answer(chat: LocalChat) -> None:
    pieces = list(chat.stream(ASK))
    assert len(pieces) > 5
    assert "".join(piece.text for piece in pieces) == chat.invoke(ASK).text


async def test_async_pieces_join_to_the_whole_answer(chat: LocalChat) -> None:
    pieces = [piece async for piece in chat.astream(ASK)]
    assert len(pieces) > 5
    assert "".join(piece.text for piece in pieces) == (await chat.ainvoke(ASK)).text


def test_the_last_piece_has_the_usage_and_the_sum_has_everything(chat: LocalChat) -> None:
    pieces = list(chat.stream(ASK, logprobs=True))
    assert [bool(piece.usage_metadata) for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    whole = reduce(add, pieces)
    assert whole.response_metadata["finish_reason"] == "length"
    assert len(whole.response_metadata["logprobs"]["content"]) == 12
    assert whole.response_metadata["model_name"] == chat.model_name


def test_leaving_early_stops_the_model(chat: LocalChat) -> None:
    stream = chat.stream(ASK, max_tokens=1500)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    start = time.perf_counter()
    chat.invoke(ASK, max_tokens=1)  # one slot: it has to be free again
    assert time.perf_counter() - start < 5


async def test_leaving_early_stops_the_model_for_async_readers_too(chat: LocalChat) -> None:
    async for _ in chat.astream(ASK, max_tokens=1500):
        break
    start = time.perf_counter()
    await chat.ainvoke(ASK, max_tokens=1)
    assert time.perf_counter() - start < 5


async def test_an_error_reaches_the_reader(chat: LocalChat) -> None:
    with pytest.raises(MisuseError, match="grammar"):
        list(chat.stream(ASK, grammar="broken ((("))
    with pytest.raises(MisuseError, match="grammar"):
        [piece async for piece in chat.astream(ASK, grammar="broken (((")]
