"""What a run says in the end: before, after, interval and cost, and the trained application where a gain was shown."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from llmdl_plugins.errors import MisuseError
from llmdl_plugins.figures import chance, percent, points, times
from llmdl_plugins.network import Network
from llmdl_plugins.plain import JSON, plain
from llmdl_plugins.run.tally import Tried, table
from llmdl_plugins.training.costing import Costs, cost_words

IMPROVED, NO_GAIN, STOPPED = "improved", "no gain shown", "stopped"
_PACKAGES = ("llmdl-plugins", "langchain-core", "langgraph")


@dataclass(frozen=True)
class Result:
    """The outcome of a run; its fields are those of `result.json`.

    `status` is "improved" only where the sealed test shows a gain; then the trained values are handed over, else the
    untouched application is; of a run that is after cost, only where the test shows that it is cheaper and not worse by
    the `margin`.  `cost` is what a sealed row takes: unit, before, after, and the interval of the share that is left.
    Where nothing was tested, `before` to `groups` are None, `openings` is 0 and `reason`
    says why.  `front` are the architectures that no other beats in score at the same cost, on train and val rows: no
    claim; empty where no choice was trained.
    """

    status: str
    before: float | None
    after: float | None
    gain: float | None
    interval: tuple[float, float] | None
    p: float | None
    method: str | None
    discordant: int | None
    test_size: int
    groups: int | None
    openings: int
    accepted: int
    proposed: int
    spent: Mapping[str, Any]
    parameters: Mapping[str, Mapping[str, JSON]]
    seed: int
    versions: Mapping[str, str]
    reason: str = field(default="", compare=False)
    refused: int = 0
    margin: float | None = None
    cost: Costs | None = None
    front: Sequence[Tried] = ()
    network: Network | None = field(default=None, repr=False, compare=False)
    candidate: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    folder: Path | None = field(default=None, compare=False)

    def json(self) -> dict[str, JSON]:
        """The contents of `result.json`."""
        hidden = {"network", "candidate", "folder", "front"}
        told = {name: plain(getattr(self, name)) for name in self.__dataclass_fields__ if name not in hidden}
        return {**told, "front": [one.json() for one in self.front]}

    def as_before(self, told: Mapping[str, Any] | None) -> Result | None:
        """This result as it was told the first time, with the time that it took then; None where it is another."""
        if told is None or _lasting(told) != _lasting(self.json()):
            return None
        return replace(self, **{name: told[name] for name in ("spent", "openings", "versions")})

    @property
    def values(self) -> dict[str, Any]:
        """The values that are handed over: the trained ones where a gain was shown, else none."""
        return dict(self.candidate) if self.status == IMPROVED else {}

    @property
    def graph(self) -> Any:
        """The application with the values that are handed over, as the plain thing it was."""
        return self._exported("graph")

    @property
    def program(self) -> Any:
        """The same for a program of DSPy: a `dspy.Module` with these values, whose `save` needs nothing of ours."""
        return self._exported("program")

    def save_patch(self, path: str | Path) -> Path:
        """Write the diff of the user's own source to a file; empty where no text is handed over."""
        target = Path(path)
        target.write_text(self._exported("patch"), encoding="utf-8")
        return target

    def _exported(self, form: str) -> Any:
        if self.network is None:
            raise MisuseError("This result was read from a folder: use `llmdl export RUN` to get the application.")
        return self.network.export(form, self.values)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What a notebook shows."""
        printer.text(str(self))

    def __str__(self) -> str:
        if self.before is None or self.after is None or self.interval is None:
            return f"{self.status}: {self.reason}{table(self.front)}\nspent: {spending(self.spent)}"
        low, high = self.interval
        head = f"{self.status}: {percent(self.before)} → {percent(self.after)} on {self.test_size} sealed rows"
        took = f"{cost_words(self.cost, self.margin, low)}\n" if self.cost else ""
        opened = f"opened {times(self.openings)}"
        gain = f"gain {points(self.gain or 0.0)}, 95 % interval {points(low)} to {points(high)}"
        shown = f"{gain} (p {chance(self.p or 0.0)}, {self.method}; test set {opened})"
        return f"{head}\n{took}{shown}{table(self.front)}\nspent: {spending(self.spent)}"


def spending(spent: Mapping[str, Any]) -> str:
    """What was spent, in words; what is not in a sum is said.

    >>> spending({"calls": 40, "tokens": 9000, "usd": None, "untold": 2, "charged": 0})
    '40 calls, 9,000 tokens; 2 calls told no usage, which is in no sum'
    """
    units = [f"{spent[k]:,.10g} {k}" for k in ("calls", "tokens", "usd", "seconds") if spent.get(k)]
    untold = ""
    if spent.get("untold"):
        how = "is counted at what was reserved" if spent.get("charged") else "is in no sum"
        untold = f"; {spent['untold']} calls told no usage, which {how}"
    return ", ".join(units) + untold


def _lasting(told: Mapping[str, Any]) -> JSON:
    """What of a `result.json` a run that is made again from its ledger comes to again."""
    spent = {name: amount for name, amount in (told.get("spent") or {}).items() if name != "seconds"}
    return {**{k: plain(v) for k, v in told.items() if k not in ("openings", "versions")}, "spent": plain(spent)}


def versions() -> dict[str, str]:
    """What this ran on."""
    return {"python": platform.python_version(), **{name: _version(name) for name in _PACKAGES}}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # it is on the path only
        return "not installed"
