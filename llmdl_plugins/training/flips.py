"""The sealed rows that went otherwise with the trained application: what was asked, expected and said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import FiniteFloat

from llmdl_plugins.losses.loss import as_text
from llmdl_plugins.run.rollout import Rollout

_MOST = 50
_LONGEST = 600


@dataclass(frozen=True)
class Flip:
    """One sealed row, as texts of at most 600 characters.

    Args:
        before: score of the original; after: of the trained application.
    """

    row: str
    before: FiniteFloat
    after: FiniteFloat
    asked: str
    expected: str
    said_before: str
    said_after: str


def flips(pairs: Sequence[tuple[Rollout, Rollout]]) -> list[Flip]:
    """The rows whose score differs, those that got worse first; fifty at most."""
    differ = sorted((pair for pair in pairs if pair[0].score != pair[1].score), key=lambda p: p[1].score - p[0].score)
    return [_flip(old, new) for old, new in differ[:_MOST]]


def _flip(old: Rollout, new: Rollout) -> Flip:
    row = old.example
    texts = [_short(text) for text in (row.inputs, row.expected, _answer(old), _answer(new))]
    return Flip(row.id, old.score, new.score, *texts)


def _answer(rollout: Rollout) -> Any:
    """What is compared with what was expected; of an application that raised, what it raised."""
    if rollout.status != "scored":
        return rollout.words
    output, expected = rollout.output, rollout.example.expected
    if not isinstance(output, Mapping) or not isinstance(expected, Mapping):
        return output
    return {key: output[key] for key in expected if key in output} or output


def _short(value: Any) -> str:
    if isinstance(value, Mapping) and len(value) == 1:
        (value,) = value.values()
    text = as_text(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
