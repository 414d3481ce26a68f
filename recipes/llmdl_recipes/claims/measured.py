"""What a study measures: the scores of one arm on the items of one task, and what they cost; no text of anybody."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from llmdl_plugins.errors import DataError

FORMAT = 1


@dataclass(frozen=True)
class Measured:
    """One arm.

    Args:
        claim: "architectures", "feedback" or "search".
        rung: what answered: "simulated", or the name of a model.
        task: its name.
        arm: an architecture, an optimizer or a strategy.
        seed: of the run.
        scores: one an item, from 0 to 1; the same items in the same order for all arms of a task and seed.  None where
            the model was not reached: that says nothing about the arm.
        calls: of an item, on average.
        tokens: of an item, on average.
        seconds: waited for an item's calls, on average.
        about: more of it, as plain JSON.
    """

    claim: str
    rung: str
    task: str
    arm: str
    seed: int
    scores: Sequence[float | None]
    calls: float = 0.0
    tokens: float = 0.0
    seconds: float = 0.0
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> tuple[str, str, str, str, int]:
        """What tells it from others."""
        return self.claim, self.rung, self.task, self.arm, self.seed

    @property
    def score(self) -> float:
        """The mean of those that there are."""
        return fmean(score for score in self.scores if score is not None)

    @property
    def unreached(self) -> int:
        """How many items the model was not reached on."""
        return sum(score is None for score in self.scores)


class Record:
    """Every arm that was measured, a line each: all tables are made of it, without a model.

    Args:
        path: where it is kept; what stands there is not measured again.

    Raises:
        DataError: a line is not one of a record.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = {one.name: one for one in _read(path)} if path.exists() else {}

    def __iter__(self) -> Iterator[Measured]:
        return iter(self._known.values())

    def get(self, *name: Any) -> Measured | None:
        """What was measured under a name: claim, rung, task, arm, seed."""
        return self._known.get(name)

    def add(self, measured: Iterable[Measured]) -> None:
        """Keep these, too."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            for one in measured:
                self._known[one.name] = one
                file.write(json.dumps({"format": FORMAT, **asdict(one)}, ensure_ascii=False) + "\n")


def _read(path: Path) -> Iterator[Measured]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            told = json.loads(line)
            assert told.pop("format") == FORMAT
            one = Measured(**told)
            told = [float(score) for score in one.scores if score is not None]
            assert told
            assert all(0 <= score <= 1 for score in told)
        except (ValueError, TypeError, KeyError, AttributeError, AssertionError):
            raise DataError(
                f"{path}, line {number}, is no line of a record: give the claims.jsonl that "
                "`llmdl recipes run claims` wrote."
            ) from None
        yield one
