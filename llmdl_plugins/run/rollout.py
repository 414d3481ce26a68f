"""One run of the application on one example, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from llmdl_plugins.data import Example
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON
from llmdl_plugins.run.receipts import Receipt
from llmdl_plugins.run.referring import referring
from llmdl_plugins.tape import Tape

Values = Mapping[str, Any]
Status = Literal["scored", "task error", "infrastructure error"]


class Wanted(NamedTuple):
    """A rollout that is asked for: this candidate on this example, and which draw of it.

    Args:
        record: the repetition of the original whose tools are replayed, where they are.
    """

    candidate: Values
    example: Example
    repetition: str = "0"
    record: str = "0"


@dataclass(frozen=True)
class Rollout:
    """One run of the application on one example.

    A task error (the application raised) scores 0; an infrastructure error is no score at all.

    Args:
        told: its record without the receipts, where it came from another process as one.
    """

    example: Example
    status: Status
    score: float
    words: str
    output: JSON
    tape: Tape
    receipts: Sequence[Receipt] = ()
    told: Mapping[str, JSON] | None = field(default=None, repr=False, compare=False)

    def record(self, names: Mapping[Parameter, str], refers: bool = False) -> dict[str, JSON]:
        """All but the example as plain JSON; parameters by name.

        Args:
            refers: whether messages may be told by the recorded calls that hold them.
        """
        told = {**self.told} if self.told is not None else self._plain(names)
        told["receipts"] = [r.json() for r in self.receipts]
        if refers:
            told["tape"] = referring(told["tape"], self.tape)
        return told

    def _plain(self, names: Mapping[Parameter, str]) -> dict[str, JSON]:
        return {
            "status": self.status,
            "score": self.score,
            "words": self.words,
            "output": self.output,
            "tape": self.tape.json(names),
        }

    @classmethod
    def of(cls, record: Any, example: Example, parameters: Mapping[str, Parameter]) -> Rollout:
        """The rollout that `record` wrote."""
        kept = [Receipt(**r) for r in record["receipts"]]
        tape = Tape.from_json(record["tape"], parameters)
        return cls(example, record["status"], record["score"], record["words"], record["output"], tape, kept)

    def without_tape(self) -> Rollout:
        """The same, small: its tape is on the ledger."""
        return Rollout(self.example, self.status, self.score, self.words, self.output, Tape(), self.receipts)
