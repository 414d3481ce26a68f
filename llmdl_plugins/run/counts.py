"""What a run has spent and may still spend."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import ceil, inf
from typing import Any

from llmdl_plugins.errors import BudgetError, Stopped
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.prices import Prices, Usage
from llmdl_plugins.run.receipts import Receipt

UNITS = ("calls", "rollouts", "tokens", "usd", "seconds")


@dataclass
class Spent:
    """What has been used.

    `untold` counts the calls that told no usage, `charged` the tokens that are in the sum for them, `unpriced` the
    calls without a known price.
    """

    calls: int = 0
    rollouts: int = 0
    tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0
    untold: int = 0
    charged: int = 0
    unpriced: int = 0

    def raise_to(self, other: Spent) -> None:
        """As many calls, tokens and dollars as the other has, where it has more."""
        if other.calls > self.calls:
            self.calls = other.calls
        if other.tokens > self.tokens:
            self.tokens = other.tokens
        if other.usd > self.usd:
            self.usd = other.usd


@dataclass
class Counts:
    """Counts what is spent; what is set aside (the sealed test) can't be spent until it is released.  Thread-safe.

    Args:
        budget: the limits.
        prices: what tokens cost.
        kept: what an optimizer leaves to those whose turn comes later: beyond it none begins anything.
        paid: calls that earlier processes paid for in this run, met again or not.
        paid_tokens, paid_usd: the same for tokens and dollars.
        in_flight: calls under way.
    """

    budget: Budget
    prices: Prices = field(default_factory=Prices)
    spent: Spent = field(default_factory=Spent)
    aside: Spent = field(default_factory=Spent)
    kept: Spent = field(default_factory=Spent)
    started: float = field(default_factory=time.monotonic)
    paid: int = 0
    paid_tokens: int = 0
    paid_usd: float = 0.0
    in_flight: int = 0
    stop_reason: str | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def rollout(self) -> None:
        """Count a rollout, or stop the run."""
        with self._lock:
            if self.budget.rollouts is not None:
                self._check("rollouts", self.spent.rollouts + 1)
            self._check_rest()
            self.spent.rollouts += 1

    def remembered(self, model: str, provider: str, usage: Usage | None, charge: Usage | None = None) -> None:
        """A call that an earlier process paid is met for the first time in this one."""
        with self._lock:
            self._check("calls", self.spent.calls + self.in_flight + 1)
            self._check_rest()
            self._count(model, provider, usage, charge)

    def _count(self, model: str, provider: str, usage: Usage | None, charge: Usage | None) -> tuple[int, float]:
        """The tokens and dollars of a call that are counted now."""
        self.spent.calls += 1
        if usage is None:
            self.spent.untold += 1
            self.spent.charged += tokens_of(charge)
        if (counted := usage or charge) is None:
            return 0, 0.0
        tokens, usd = tokens_of(counted), self.prices.usd(model, provider, counted)
        self.spent.tokens += tokens
        self.spent.usd += usd or 0.0
        self.spent.unpriced += usd is None
        return tokens, usd or 0.0

    def worth(self, receipts: Iterable[Receipt]) -> Spent:
        """What these calls take together."""
        took = Spent(rollouts=1)
        for receipt in receipts:
            took.calls += 1
            if counted := receipt.tokens or receipt.charge:
                took.tokens += tokens_of(counted)
                usd = self.prices.usd(receipt.model, receipt.provider, counted)
                took.usd += usd or 0.0
                took.unpriced += usd is None
        return took

    def left(self, name: str) -> float | None:
        """What may still be spent of tokens or dollars, calls under way not counted; None without a limit."""
        limit = getattr(self.budget, name)
        if limit is None:
            return None
        free = limit - getattr(self.aside, name) - getattr(self.spent, name)
        return float(min(free, limit - getattr(self.aside, name) - getattr(self, f"paid_{name}")))

    def free(self, name: str) -> float:
        """What is left of a limit beyond what is set aside and kept; infinite where there is no limit."""
        limit = getattr(self.budget, name)
        if limit is None:
            return inf
        return float(limit - getattr(self.aside, name) - getattr(self.kept, name) - self._used(name))

    @contextmanager
    def sharing(self, share: float) -> Iterator[None]:
        """Inside, the rest of what is free now is kept."""
        before, left = self.kept, {name: max(0.0, self.free(name)) for name in UNITS}
        rest = {name: (1 - share) * free for name, free in left.items() if free < inf}
        self.kept = replace(before, **{name: getattr(before, name) + kept for name, kept in rest.items()})
        try:
            yield
        finally:
            self.kept = before

    @property
    def share_used(self) -> str:
        """The limit of which all is used but what is kept; "" where none is."""
        return next((name for name in UNITS if getattr(self.kept, name) > 0 and self.free(name) <= 0), "")

    def _check_call(self) -> None:
        if self.budget.calls is None:
            return
        self._check("calls", self.spent.calls + self.in_flight + 1)
        # A resumed run may not meet every call that was in flight when the last one ended: they were paid all the same.
        # Where the budget cuts a phase off, it may pay other calls of it: not from what is set aside.
        if self.paid + self.in_flight + 1 > self.budget.calls - self.aside.calls:
            raise Stopped(self._at_an_end("calls"))

    def _check_rest(self) -> None:
        if self.stop_reason:
            raise Stopped(self.stop_reason)
        if self.budget.tokens is not None:
            self._check("tokens", self.spent.tokens + 1)
        if self.budget.usd is not None:
            self._check("usd", self.spent.usd)
        if self.budget.seconds is not None:
            self._check("seconds", self.elapsed())

    def _check(self, name: str, wanted: float) -> None:
        limit = getattr(self.budget, name)
        if limit is not None and wanted > limit - getattr(self.aside, name):
            raise Stopped(self._at_an_end(name))

    def _at_an_end(self, name: str) -> str:
        aside = getattr(self.aside, name)
        rest = f", but for the {aside:.6g} of the sealed test" if aside else ""
        return f"the budget of {getattr(self.budget, name):g} {name} is spent{rest}"

    def share(self) -> float | None:
        """The part of the budget that is spent, from 0 to 1, by the limit that is nearest its end."""
        limits = {name: getattr(self.budget, name) for name in UNITS}
        return max((self._used(name) / limit for name, limit in limits.items() if limit), default=None)

    def elapsed(self) -> float:
        """Seconds since the run began in this process."""
        return time.monotonic() - self.started

    def set_aside(self, need: Spent, note: str = "") -> None:
        """Keep this much for later; `note` says in the error what the need rests on.

        Raises:
            BudgetError: what is left can't hold it; says the smallest budget that can.
        """
        for name in UNITS:
            limit, least = getattr(self.budget, name), getattr(need, name) + self._used(name)
            if limit is not None and least > limit:
                raise BudgetError(
                    f"The budget of {limit:g} {name} can't hold the sealed test: "
                    f"it needs at least {_ceil(least, name)}{note}, and training comes on top."
                )
        self.aside = need

    def lacks(self, need: Spent) -> str:
        """The limit that is too small for what is needed on top of what was spent, in words; "" where none is."""
        for name in ("calls", "rollouts", "tokens", "usd"):
            limit = getattr(self.budget, name)
            if limit is not None and self._used(name) + getattr(need, name) > limit:
                return f"{limit:g} {name}"
        return ""

    def _used(self, name: str) -> float:
        return self.elapsed() if name == "seconds" else float(getattr(self.spent, name))

    def told(self) -> dict[str, Any]:
        """What was spent, for `result.json`; `usd` is None where it isn't known."""
        spent = self.spent
        unknown = spent.unpriced or (spent.untold and not spent.charged)
        return {
            "calls": spent.calls,
            "tokens": spent.tokens,
            "usd": None if unknown else round(spent.usd, 6),
            "seconds": round(self.elapsed(), 1),
            "untold": spent.untold,
            "charged": spent.charged,
        }


def tokens_of(usage: Usage | None) -> int:
    return usage["input"] + usage["output"] if usage else 0


def _ceil(value: float, name: str) -> str:
    whole = f"{ceil(value * 100) / 100:.2f}" if name == "usd" else str(ceil(value))
    minutes = f" ({ceil(value / 6) / 10:g} min)" if name == "seconds" else ""
    return f"{whole} {name}{minutes}"
