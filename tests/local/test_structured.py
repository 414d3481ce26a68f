"""Answers held to a schema parse, whatever a small model would rather write."""

from __future__ import annotations

import json
from typing import Any, Literal, TypedDict

import pytest
from pydantic import BaseModel, Field

from llmdl_local import LocalChat
from llmdl_plugins.errors import MisuseError


class Place(BaseModel):
    """A place on a map."""

    kind: Literal["town", "lake"]
    size: int = Field(ge=0, le=9)


class Trip(BaseModel):
    """A trip to a place."""

    to: Place
    by_train: bool


class Mood(TypedDict):
    """How someone feels."""

    happy: bool


FLAG = {"title": "flag", "type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
ASK = "Describe it as JSON."


def test_a_pydantic_class_with_another_inside(chat: LocalChat) -> None:
    assert isinstance(chat.with_structured_output(Trip).invoke(ASK, max_tokens=80), Trip)


@pytest.mark.parametrize(("schema", "key"), [(Mood, "happy"), (FLAG, "ok")])
async def test_a_typed_dict_and_a_json_schema_give_dicts(chat: LocalChat, schema: Any, key: str) -> None:
    answer = await chat.with_structured_output(schema).ainvoke(ASK, max_tokens=40)
    assert isinstance(answer, dict) and isinstance(answer[key], bool)


def test_include_raw_keeps_the_message_and_reports_what_does_not_parse(chat: LocalChat) -> None:
    good = chat.with_structured_output(Place, include_raw=True, max_tokens=60).invoke(ASK)
    cut = chat.with_structured_output(Place, include_raw=True, max_tokens=2).invoke(ASK)
    assert isinstance(good["parsed"], Place) and good["parsing_error"] is None and good["raw"].usage_metadata
    assert cut["parsed"] is None and cut["parsing_error"] is not None


@pytest.mark.parametrize(
    "setting",
    [{"json_schema": FLAG}, {"response_format": {"type": "json_schema", "json_schema": {"name": "f", "schema": FLAG}}}],
)
def test_a_schema_with_a_call(chat: LocalChat, setting: dict[str, Any]) -> None:
    assert isinstance(json.loads(chat.invoke(ASK, max_tokens=40, **setting).text)["ok"], bool)


def test_a_schema_that_no_one_understands_is_refused(chat: LocalChat) -> None:
    with pytest.raises(MisuseError, match="strange"):
        chat.invoke(ASK, json_schema={"type": "strange"})


def test_an_unknown_method_is_refused(chat: LocalChat) -> None:
    with pytest.raises(MisuseError, match="Did you mean 'json_schema'"):
        chat.with_structured_output(FLAG, method="json_scheme")
