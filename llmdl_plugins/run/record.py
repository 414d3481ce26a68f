"""What a finished rollout is recorded as: a record of another shape was edited, whatever its checksum says."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

_strict = with_config(ConfigDict(strict=True, extra="forbid"))
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Number = Annotated[float, Field(ge=-1e15, le=1e15)]  # a server may say what it likes of its tokens
_Spot = Annotated[int, Field(ge=0)]


@_strict
class _Tokens(TypedDict):
    input: _Number
    output: _Number
    cached: NotRequired[_Number]
    written: NotRequired[_Number]


@_strict
class _Receipt(TypedDict):
    key: str
    model: str
    tokens: _Tokens | None
    seconds: NotRequired[_Number]
    provider: NotRequired[str]
    charge: NotRequired[_Tokens | None]


@_strict
class _Place(TypedDict):
    call: str
    at: _Spot


@_strict
class _Call(TypedDict):
    messages: list[Any] | _Place | None
    answer: dict[str, Any] | None
    usage: _Tokens | None
    seconds: _Number
    error: str | None
    tools: NotRequired[Any]


@_strict
class _Tool(TypedDict):
    name: str
    arguments: Any
    answer: Any
    error: str | None


@_strict
class _Step(TypedDict):
    name: str
    path: str
    inputs: Any
    outputs: Any
    reads: list[str]
    calls: list[_Call]
    tools: list[_Tool]
    fed_by: list[_Spot]
    error: str | None


@_strict
class _Tape(TypedDict):
    steps: list[_Step]
    strays: list[_Call]


@_strict
class _Record(TypedDict):
    status: Literal["scored", "task error"]
    score: _Share
    words: str
    output: Any
    tape: _Tape
    receipts: list[_Receipt]
    bare: NotRequired[Literal[True]]


_RECORD = TypeAdapter(_Record)


def is_record(told: Any) -> bool:
    """Whether `Rollout.of` can make a rollout of it.

    >>> is_record({"status": "scored", "score": 7})
    False
    """
    try:
        steps = _RECORD.validate_python(told)["tape"]["steps"]
    except ValidationError:
        return False
    return all(n < len(steps) for step in steps for n in step["fed_by"])
