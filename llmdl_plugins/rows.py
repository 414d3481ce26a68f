"""What a row may hold beyond inputs and expected: turns, answers to interrupts, a context and a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

from llmdl_plugins.errors import DataError


@dataclass(frozen=True)
class Turn:
    """One message of the user: `inputs` go in, and the state after it is held against `expected` where that is given.

    Args:
        resume: what interrupts get as their answers: a list in the order in which they ask, or a mapping from the
            node that asks, or the text that it asks, to the answer.
    """

    inputs: Mapping[str, Any]
    expected: Any = None
    resume: Any = ()


@dataclass(frozen=True)
class Extras:
    """What most rows don't have.

    Args:
        turns: of a row with several; empty for a plain row.
        resume: of a plain row, as in `Turn`.
        context: what the graph's `context_schema` is filled with; None for its defaults.
        config: what the run is configured with: `{"configurable": {…}}`.
    """

    turns: tuple[Turn, ...] = ()
    resume: Any = ()
    context: Mapping[str, Any] | None = None
    config: Mapping[str, Any] | None = None


NOTHING_MORE = Extras()


def extras(row: Mapping[str, Any], where: str) -> Extras:
    """The extras of a row.

    Raises:
        DataError: naming the row, the turn and the key of what is wrong.
    """
    turns = _given(row, "turns")
    if turns is not None and (other := [k for k in ("inputs", "expected", "resume") if _given(row, k) is not None]):
        raise DataError(f'{where} has "turns", so its "{other[0]}" belongs into one of them.')
    found = Extras(
        () if turns is None else _turns(turns, where),
        _resume(_given(row, "resume"), where),
        _mapping(row, "context", where),
        _config(row, where),
    )
    return NOTHING_MORE if found == NOTHING_MORE else found


def _given(row: Mapping[str, Any], key: str) -> Any:
    """A value, or None; tables fill what a row doesn't have with None or NaN."""
    value = row.get(key)
    return None if isinstance(value, float) and isnan(value) else value


def _turns(given: Any, where: str) -> tuple[Turn, ...]:
    if not isinstance(given, list | tuple) or not given:
        raise DataError(
            f'{where}: "turns" must be a list of one turn or more: [{{"inputs": {{…}}, "expected": …}}, …].'
        )
    turns = tuple(_turn(one, f"{where}, turn {n}") for n, one in enumerate(given, 1))
    if all(turn.expected is None for turn in turns):
        raise DataError(f'{where} expects nothing: give one of its turns an "expected".')
    return turns


def _turn(given: Any, where: str) -> Turn:
    if not isinstance(given, Mapping):
        raise DataError(f"{where} is not an object with keys, but a {type(given).__name__}.")
    if not isinstance(given.get("inputs"), Mapping):
        raise DataError(f'{where}: "inputs" must be an object whose keys are those of the application\'s input.')
    return Turn(dict(given["inputs"]), given.get("expected"), _resume(given.get("resume"), where))


def _resume(given: Any, where: str) -> Any:
    if given is None:
        return ()
    if isinstance(given, list | tuple):
        return tuple(given)
    if isinstance(given, Mapping):
        return dict(given)
    raise DataError(
        f'{where}: "resume" must be a list of answers in order, or an object of node or question to answer.'
    )


def _config(row: Mapping[str, Any], where: str) -> Mapping[str, Any] | None:
    config = _mapping(row, "config", where)
    if config and (set(config) != {"configurable"} or not isinstance(config["configurable"], Mapping)):
        raise DataError(
            f'{where}: "config" must look like {{"configurable": {{…}}}}; it has {sorted(map(str, config))}.'
        )
    return config


def _mapping(row: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any] | None:
    given = _given(row, key)
    if given is not None and not isinstance(given, Mapping):
        raise DataError(f'{where}: "{key}" must be an object with keys, not a {type(given).__name__}.')
    return given
