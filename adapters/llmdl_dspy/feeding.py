"""What fed a predictor: the earlier steps whose outputs are found in its inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from llmdl_plugins.tape import Step, Tape

_LEAST = 4  # shorter texts are found anywhere


def feeders(recorded: Tape, inputs: Mapping[str, Any]) -> list[Step]:
    """The steps of which an output is one of these inputs, or stands in one of them."""
    if not recorded.steps:
        return []
    texts = [text for value in inputs.values() for text in _texts(value)]
    ids = {id(value) for value in inputs.values()}
    return [step for step in recorded.steps if any(_feeds(value, texts, ids) for value in _values(step.outputs))]


def _feeds(value: Any, texts: list[str], ids: set[int]) -> bool:
    if isinstance(value, str):
        return len(value) >= _LEAST and any(value in text for text in texts)
    return not isinstance(value, bool | int | float | None) and id(value) in ids


def _values(outputs: Any) -> list[Any]:
    return list(outputs.values()) if isinstance(outputs, Mapping) else []


def _texts(value: Any) -> Iterator[str]:
    """The texts of an input, also in lists and mappings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(part)
