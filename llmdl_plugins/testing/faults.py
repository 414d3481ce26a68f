"""Faults on schedule: which call fails, and how, is known before the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from llmdl_plugins.errors import MisuseError, UnknownNameError, did_you_mean
from llmdl_plugins.testing.draws import Draw, digest

KINDS = ("401", "404", "429", "500", "503", "hang", "drop", "badjson", "truncate", "filter")
STATUSES = {"401": 401, "404": 404, "429": 429, "500": 500, "503": 503}
BROKEN = ("hang", "drop", "badjson")

Schedule = Callable[[int, int], bool]


@dataclass(frozen=True)
class Faults:
    """The schedule, as `(kind, when)` pairs; the first that is due wins.

    * `hang` never answers, `drop` cuts the line in the body, `badjson` garbles the body,
    * `truncate` stops half-way ("length"), `filter` gives an empty reply ("content_filter"),
    * `401`, `404`, `429`, `500`, `503` are HTTP errors.
    """

    plan: tuple[tuple[str, Schedule], ...] = ()

    @classmethod
    def parse(cls, text: str, seed: int) -> Faults:
        """Read a schedule.

        Args:
            text: comma-separated `kind@when`; when is `10` (every 10th call), `5-9` (calls 5 to 9, from 1) or
                `p0.02` (by a hash of request and repetition: whatever the order of arrival, a retry draws afresh).
            seed: picks the calls of `p`.

        Raises:
            UnknownNameError: no such kind.
            MisuseError: unreadable.
        """
        return cls(tuple(_planned(part.strip(), seed) for part in text.split(",") if part.strip()))

    def due(self, index: int, key: int) -> str:
        """The fault of the `index`-th call (from 1), or nothing; `key` stands for request and repetition."""
        return next((kind for kind, hits in self.plan if hits(index, key)), "")


def _planned(part: str, seed: int) -> tuple[str, Schedule]:
    kind, _, when = part.partition("@")
    if kind not in KINDS:
        raise UnknownNameError(f"No fault {kind!r}.{did_you_mean(kind, KINDS)}")
    try:
        return kind, _schedule(kind, when, seed)
    except ValueError:
        raise MisuseError(f"Can't read the fault {part!r}: write kind@10, kind@5-9 or kind@p0.02.") from None


def _schedule(kind: str, when: str, seed: int) -> Schedule:
    if when.startswith("p"):
        share = float(when[1:])
        return lambda index, key: Draw(digest("fault", seed, kind, key)).chance(share)
    if "-" in when:
        first, last = map(int, when.split("-"))
        return lambda index, key: first <= index <= last
    if (every := int(when)) < 1:
        raise ValueError(when)
    return lambda index, key: index % every == 0
