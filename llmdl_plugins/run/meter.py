"""The meter: counts what is spent and stops the run at its limits."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from llmdl_plugins.errors import BudgetError, Stopped
from llmdl_plugins.run.budget import Budget


@dataclass
class Spent:
    """What has been used; `usd` and `tokens` count what models said, `untold` the calls that said nothing."""

    calls: int = 0
    rollouts: int = 0
    tokens: int = 0
    usd: float = 0.0
    seconds: float = 0.0
    untold: int = 0


@dataclass
class Meter:
    """Counts what is spent and stops the run at its limits.

    What is set aside (the sealed test) can't be spent until it is released.  Thread-safe.

    Args:
        budget: the limits.
        paid: calls that earlier processes paid for in this run, met again or not.
        prices: model name → (dollars for 1e6 tokens in, dollars for 1e6 tokens out); "*" is for every other model.
    """

    budget: Budget
    prices: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    spent: Spent = field(default_factory=Spent)
    aside: Spent = field(default_factory=Spent)
    started: float = field(default_factory=time.monotonic)
    paid: int = 0
    in_flight: int = 0
    stop_reason: str | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def stop(self, reason: str) -> None:
        """Let nothing start from now on."""
        self.stop_reason = self.stop_reason or reason

    def rollout(self) -> None:
        """Count a rollout, or stop the run."""
        with self._lock:
            self._check("rollouts", self.spent.rollouts + 1)
            self._check_rest()
            self.spent.rollouts += 1

    def reserve(self) -> None:
        """Set one call aside, or stop the run."""
        with self._lock:
            self._check("calls", self.spent.calls + self.in_flight + 1)
            self._check_paid()
            self._check_rest()
            self.in_flight += 1

    def settle(self, model: str, tokens: Mapping[str, int] | None) -> None:
        """A reserved call has come back with an answer."""
        with self._lock:
            self.in_flight -= 1
            self.paid += 1
            self._count(model, tokens)

    def release(self) -> None:
        """A reserved call has failed: nothing was counted."""
        with self._lock:
            self.in_flight -= 1

    def remembered(self, model: str, tokens: Mapping[str, int] | None) -> None:
        """A call that an earlier process paid is met for the first time in this one."""
        with self._lock:
            self._check("calls", self.spent.calls + self.in_flight + 1)
            self._check_rest()
            self._count(model, tokens)

    def _count(self, model: str, tokens: Mapping[str, int] | None) -> None:
        self.spent.calls += 1
        if tokens is None:
            self.spent.untold += 1
            return
        self.spent.tokens += tokens["input"] + tokens["output"]
        price = self._price(model)
        self.spent.usd += (tokens["input"] * price[0] + tokens["output"] * price[1]) / 1e6

    def _price(self, model: str) -> tuple[float, float]:
        price = self.prices.get(model) or self.prices.get("*")
        if price is None and self.budget.usd is not None:
            raise BudgetError(f"No price is known for {model!r}, so a budget in dollars can't be held: give its price.")
        return price or (0.0, 0.0)

    def _check_paid(self) -> None:
        # A resumed run may not meet every call that was in flight when the last one ended: they were paid all the same.
        if self.budget.calls is not None and self.paid + self.in_flight + 1 > self.budget.calls:
            raise Stopped(f"the budget of {self.budget.calls:g} calls is spent")

    def _check_rest(self) -> None:
        if self.stop_reason:
            raise Stopped(self.stop_reason)
        self._check("tokens", self.spent.tokens + 1)
        self._check("usd", self.spent.usd)
        self._check("seconds", self.elapsed())

    def _check(self, name: str, wanted: float) -> None:
        limit = getattr(self.budget, name)
        if limit is not None and wanted > limit - getattr(self.aside, name):
            raise Stopped(f"the budget of {limit:g} {name} is spent")

    def elapsed(self) -> float:
        """Seconds since the run began in this process."""
        return time.monotonic() - self.started

    def set_aside(self, need: Spent, note: str = "") -> None:
        """Keep this much for later; `note` says in the error what the need rests on.

        Raises:
            BudgetError: what is left can't hold it; says the smallest budget that can.
        """
        for name in ("calls", "rollouts", "tokens", "usd", "seconds"):
            limit, least = getattr(self.budget, name), getattr(need, name) + self._used(name)
            if limit is not None and least > limit:
                raise BudgetError(
                    f"The budget of {limit:g} {name} can't hold the sealed test: "
                    f"it needs at least {_ceil(least, name)} {name}{note}, and training comes on top."
                )
        self.aside = need

    def _used(self, name: str) -> float:
        return self.elapsed() if name == "seconds" else float(getattr(self.spent, name))

    def told(self) -> dict[str, Any]:
        """What was spent, for `result.json`."""
        spent = self.spent
        return {
            "calls": spent.calls,
            "tokens": spent.tokens,
            "usd": round(spent.usd, 6) if self.prices else None,
            "seconds": round(self.elapsed(), 1),
        }


def _ceil(value: float, name: str) -> str:
    return f"{ceil(value * 100) / 100:.2f}" if name == "usd" else str(ceil(value))
