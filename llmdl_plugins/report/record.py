"""What a run folder says, as checked data: nothing else of a folder reaches the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import FiniteFloat

from llmdl_plugins.parameter import Kind
from llmdl_plugins.report.kinds import kind_of_name
from llmdl_plugins.training.costing import Costs
from llmdl_plugins.training.flips import Flip
from llmdl_plugins.training.requests import Requests

IMPROVED, NO_GAIN, STOPPED = "improved", "no gain shown", "stopped"


@dataclass(frozen=True)
class Change:
    """A parameter's value in the original and in the trained application."""

    before: Any
    after: Any


@dataclass(frozen=True)
class Tried:
    """One architecture of the front: what it scored and what a row of it cost."""

    choices: Mapping[str, Any]
    rows: int
    score: FiniteFloat
    calls: FiniteFloat
    tokens: FiniteFloat
    usd: FiniteFloat | None


@dataclass(frozen=True)
class Outcome:
    """`result.json`."""

    status: str
    before: FiniteFloat | None = None
    after: FiniteFloat | None = None
    gain: FiniteFloat | None = None
    interval: tuple[FiniteFloat, FiniteFloat] | None = None
    p: FiniteFloat | None = None
    method: str | None = None
    discordant: int | None = None
    test_size: int = 0
    groups: int | None = None
    openings: int = 0
    accepted: int = 0
    proposed: int = 0
    spent: Mapping[str, FiniteFloat | None] = field(default_factory=dict)
    parameters: Mapping[str, Change] = field(default_factory=dict)
    seed: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    margin: FiniteFloat | None = None
    cost: Costs | None = None
    front: Sequence[Tried] = ()


@dataclass(frozen=True)
class Placed:
    """A recipe of a space and where it stands; its settings stand beside."""

    recipe: str
    node: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Space:
    """What there was to choose from."""

    recipes: Sequence[Placed] = ()
    choices: Mapping[str, Sequence[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Tools:
    """How tools were treated."""

    mode: str = "live"
    safe: Sequence[str] = ()


@dataclass(frozen=True)
class Config:
    """`config.json`: what the run depends on."""

    loss: str
    optimizer: str
    seed: int
    splits: Mapping[str, Sequence[Any]]
    target: str | None = None
    recipe: str | None = None
    node: str | None = None
    source: str | None = None
    space: Space | None = None
    tools: Tools | None = None
    unfreeze: str | None = None
    data: str = ""
    network: str = ""
    forced: Sequence[Sequence[str]] = ()


@dataclass(frozen=True)
class Move:
    """One proposal and what the screen said of it."""

    what: str
    parameters: Sequence[str]
    accepted: bool
    probability: FiniteFloat
    wins: int
    losses: int
    ties: int
    before: FiniteFloat
    after: FiniteFloat
    reason: str
    kinds: Mapping[str, Kind] = field(default_factory=dict)  # older ledgers have none: names tell

    @property
    def moved(self) -> dict[str, Kind]:
        """Each parameter that it moved, with its kind."""
        return {name: self.kinds.get(name) or kind_of_name(name) for name in self.parameters}


@dataclass(frozen=True)
class NoModel:
    """Share of sealed rows that the train rows alone get right: nearest row, vote of ten, weighted vote of twenty."""

    nearest: FiniteFloat
    vote: FiniteFloat
    weighted: FiniteFloat

    @property
    def best(self) -> float:
        """The best of the three."""
        return max(self.nearest, self.vote, self.weighted)


@dataclass(frozen=True)
class Felt:
    """What feedback said of a parameter, and of how many examples."""

    parameter: str
    words: str
    count: int


@dataclass(frozen=True)
class Refused:
    """A proposal that could not be tried, and why."""

    parameter: str
    why: str


@dataclass(frozen=True)
class Journal:
    """What the report needs of the ledger; `taught` counts teacher calls, `unmeasured` is why there is no bar."""

    moves: Sequence[Move] = ()
    no_model: NoModel | None = None
    unmeasured: str = ""
    calls: int = 0
    tokens: int = 0
    failures: int = 0
    seconds: float = 0.0
    taught: int = 0
    felt: Sequence[Felt] = ()
    sealed: Requests | None = None
    refused: Sequence[Refused] = ()
    flips: Sequence[Flip] = ()


@dataclass(frozen=True)
class Run:
    """A run as its folder tells it; `outcome` is None as long as there is no result.

    Args:
        at_work: whether a process is at it now.
    """

    folder: Path
    config: Config
    outcome: Outcome | None
    journal: Journal
    at_work: bool = False

    @property
    def tested(self) -> Outcome | None:
        """The outcome, where the sealed test has been opened."""
        has = self.outcome is not None and None not in (self.outcome.before, self.outcome.after, self.outcome.interval)
        return self.outcome if has else None
