"""Plain JSON: whatever a model or an application gives can be stored, hashed and shown."""

from __future__ import annotations

import json
from datetime import datetime
from enum import Enum
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from pydantic import BaseModel

from llmdl_plugins.plain import clean, copied, digest, dumps, hashed, packed, plain


class Answer(BaseModel):
    text: str
    at: datetime | None = None
    tool: Any = None


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize("text", ["\x00", "\N{GRINNING FACE}", "a\u2028b", "\x1b]0;x\x07", "</script>", "é", "ab"])
def test_text_is_kept_as_it_is(text: str) -> None:
    assert clean(text) == text
    assert json.loads(dumps({text: text})) == {text: text}


def test_a_lone_surrogate_becomes_its_escape_everywhere() -> None:
    escaped = "half \\ud83d"
    assert plain({"half \ud83d": ["half \ud83d"]}) == {escaped: [escaped]}
    assert plain(HumanMessage("half \ud83d")) == {"type": "human", "content": escaped}
    assert plain(Answer.model_construct(text="half \ud83d")) == {"text": escaped, "at": None, "tool": None}


def test_models_enums_sets_and_dates_are_told_by_their_values() -> None:
    assert plain(Answer(text="a", at=datetime(2026, 1, 2))) == {"text": "a", "at": "2026-01-02T00:00:00", "tool": None}
    assert plain({"c": Colour.RED, "s": {2, 1}, "t": (1, 2), "n": float("nan"), "i": float("inf")}) == {
        "c": "red", "s": [1, 2], "t": [1, 2], "n": "nan", "i": "inf",
    }  # fmt: skip


def test_a_class_is_told_by_its_schema() -> None:
    told: Any = plain({"response_format": Answer})
    assert told["response_format"]["class"] == "Answer" and "text" in told["response_format"]["schema"]["properties"]


def test_what_differs_in_every_process_is_not_told() -> None:
    def tool() -> None: ...

    assert "0x" not in dumps([tool, object(), Answer(text="a", tool=tool)])


def test_a_message_is_told_without_ids_and_provider_metadata() -> None:
    said = AIMessage("x", id="run-1", response_metadata={"took": 3}, tool_calls=[{"name": "f", "args": {}, "id": "c"}])
    assert plain(said) == plain(said.model_copy(update={"id": "run-2", "response_metadata": {}}))
    assert "tool_calls" in dumps(said)


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1}) != digest({"a": 2, "b": 1})


def test_a_hash_is_the_same_from_version_to_version() -> None:
    """Splits are drawn from it, and run folders are told apart by it."""
    assert digest(0, "val") == "39a21ffc94814df4a0d0f3c8a02e1846"
    assert digest({"b": [1, "ä"], "a": None}) == "6fa047e393d0b88ef5d8594e5eee1e17"


@pytest.mark.parametrize("value", ["\ud83d", 2**70, {1: "x"}, float("nan"), (1, {2}), {"a": "ä\x00"}])
def test_what_is_packed_without_being_plain_is_packed_all_the_same(value: Any) -> None:
    assert packed(plain(value)) == dumps(value)
    assert packed([value]) == dumps([value]) or isinstance(value, float)


def test_texts_of_a_hash_are_told_apart_where_they_meet() -> None:
    assert hashed("ab", "c") != hashed("a", "bc")


def test_a_copy_shares_nothing_that_can_be_changed() -> None:
    value = {"a": [1, {"b": ("x", [2])}], "c": {3}}
    other = copied(value)
    assert other == value
    other["a"][1]["b"][1].append(4)
    other["c"].add(5)
    assert value == {"a": [1, {"b": ("x", [2])}], "c": {3}}
