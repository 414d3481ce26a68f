"""The meter: keeps room for the calls that are under way, and stops the run at its limits."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import NamedTuple

from llmdl_plugins.errors import Stopped
from llmdl_plugins.run.counts import Counts
from llmdl_plugins.run.prices import Usage
from llmdl_plugins.run.quote import Quote, Seen
from llmdl_plugins.sync import on_a_loop

# Where more than this share of a limit is left, a call that could break it alone is let through, alone.
ALONE = 0.2
# How long a call waits for streams, whose readers may be waiting for it.
PATIENCE = 120.0


class Hold(NamedTuple):
    """Room that is kept for one call under way.

    Args:
        streams: whether its end depends on who reads it.
    """

    quote: Quote | None = None
    tokens: float = 0
    usd: float = 0.0
    streams: bool = False


_UNWEIGHED = Hold()


@dataclass
class Meter(Counts):
    """Stops a run at its limits: tokens and dollars are kept for each call before it is made.

    As much is kept as the call may use at the most; what it did not use comes back, and is waited for.

    Args:
        seen: what calls have shown of their models so far.
    """

    seen: dict[str, Seen] = field(default_factory=dict)
    _largest: dict[str, Quote] = field(default_factory=dict)
    _holds: dict[int, Hold] = field(default_factory=dict)
    _waiting: list[Future[None]] = field(default_factory=list)

    @property
    def weighs(self) -> bool:
        """Whether a limit depends on how large a call is."""
        return self.budget.tokens is not None or self.budget.usd is not None

    def stop(self, reason: str) -> None:
        """Let nothing start from now on."""
        with self._lock:
            self.stop_reason = self.stop_reason or reason
            self._wake()

    def reserve(self, quote: Quote | None = None, *, streams: bool = False) -> Hold:
        """Keep room for one call; waits where the calls under way may leave enough of theirs.

        Raises:
            Stopped: there is no room, and none can come.
        """
        patient = not on_a_loop()  # code on a loop must not wait for calls that need this loop to come home
        while isinstance(found := self._room(quote, streams, patient), Future):
            try:
                found.result(PATIENCE)
            except TimeoutError:
                patient = self._whole_under_way()
        return found

    async def areserve(self, quote: Quote | None = None, *, streams: bool = False) -> Hold:
        """The same, asynchronously."""
        patient = True
        while isinstance(found := self._room(quote, streams, patient), Future):
            try:
                await asyncio.wait_for(asyncio.wrap_future(found), PATIENCE)
            except TimeoutError:
                patient = self._whole_under_way()
        return found

    def _room(self, quote: Quote | None, streams: bool, patient: bool) -> Hold | Future[None]:
        with self._lock:
            self._check_call()
            self._check_rest()
            if quote is None:
                self.in_flight += 1
                return _UNWEIGHED
            hold = self._weighed(quote, streams)
            if self._fits(hold, quote):
                self.in_flight += 1
                self._holds[id(hold)] = hold
                return hold
            if not patient:
                raise Stopped(self._full(hold))
            waiting: Future[None] = Future()
            self._waiting.append(waiting)
            return waiting

    def priced(self, quote: Quote) -> None:
        """Refuse a call whose price isn't known where dollars are limited.

        Raises:
            BudgetError: says what to write.
        """
        if self.budget.usd is not None:
            self.prices.check(quote.model, quote.provider)

    def _weighed(self, quote: Quote, streams: bool) -> Hold:
        hold = self._held(quote, streams)
        known = self._largest.get(quote.model)
        if known is None or self._renewed(known).tokens < hold.tokens:
            self._largest[quote.model] = quote
        return hold

    def _held(self, quote: Quote, streams: bool = False) -> Hold:
        usd = self.prices.usd(quote.model, quote.provider, quote.most) or 0.0
        return Hold(quote, sum(quote.most.values()), usd, streams)

    def _renewed(self, quote: Quote) -> Hold:
        return self._held(quote.renewed(self.seen.get(quote.model, quote.known)))

    def largest(self) -> dict[str, Hold]:
        """The largest call of each model so far, with the room that it would be given now."""
        with self._lock:
            return {model: self._renewed(quote) for model, quote in self._largest.items()}

    def _fits(self, hold: Hold, quote: Quote) -> bool:
        """Whether a call may go now; False where it is to wait.

        Raises:
            Stopped: it will never fit.
        """
        now = True
        for name in ("tokens", "usd"):
            if (left := self.left(name)) is None:
                continue
            wanted, kept = getattr(hold, name), sum(getattr(h, name) for h in self._holds.values())
            if wanted > left and not self._may_go_alone(quote, name, left):
                raise Stopped(self._full(hold))
            now = now and (wanted <= left - kept or not self._holds)
        return now

    def _may_go_alone(self, quote: Quote, name: str, left: float) -> bool:
        """Whether much is left and likely enough, so that only the bound of one call stands against it."""
        likely: float = sum(quote.likely.values())
        if name == "usd":
            likely = self.prices.usd(quote.model, quote.provider, quote.likely) or 0.0
        return left > ALONE * getattr(self.budget, name) and likely <= left

    def _full(self, hold: Hold) -> str:
        """Which limit has no room for a call."""
        for name in ("tokens", "usd"):
            left = self.left(name)
            if left is not None and getattr(hold, name) > left:
                return (
                    f"the budget of {getattr(self.budget, name):g} {name} is spent: {max(0.0, left):.6g} are left, "
                    f"and the next call may use {getattr(hold, name):.6g}"
                )
        return "the calls under way hold what is left of the budget, and wait for this one"

    def _whole_under_way(self) -> bool:
        with self._lock:
            return any(not hold.streams for hold in self._holds.values())

    def settle(
        self, hold: Hold, model: str, provider: str = "", usage: Usage | None = None, charge: Usage | None = None
    ) -> None:
        """A call that room was kept for has come back with an answer; `charge` is counted where it told no usage."""
        with self._lock:
            self._leave(hold)
            tokens, usd = self._count(model, provider, usage, charge)
            self.paid += 1
            self.paid_tokens += tokens
            self.paid_usd += usd
            if hold.quote and usage:
                self.seen.setdefault(model, Seen()).saw(hold.quote, usage)

    def release(self, hold: Hold) -> None:
        """A call that room was kept for has failed: nothing was counted."""
        with self._lock:
            self._leave(hold)

    def _leave(self, hold: Hold) -> None:
        self.in_flight -= 1
        if hold.quote is not None:
            del self._holds[id(hold)]
            self._wake()

    def _wake(self) -> None:
        for waiting in self._waiting:
            if waiting.set_running_or_notify_cancel():
                waiting.set_result(None)
        self._waiting.clear()
