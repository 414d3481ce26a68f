"""Sends calls: when each may go, how long it may take, and whether it is tried again; nothing else here retries."""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Self, TypeVar

import stamina

from llmdl_plugins.door.passage import Trier, refused
from llmdl_plugins.door.scope import Call
from llmdl_plugins.errors import RefusedError
from llmdl_plugins.plain import dumps
from llmdl_plugins.run import faults
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.limits import Limits, Pace
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.patience import TIMEOUT, awithin, within
from llmdl_plugins.run.waits import retry_after

# What is tried again is told once, where it fails for good; each time, where the user's own program logs.
logging.getLogger("stamina").addHandler(logging.NullHandler())

T = TypeVar("T")
# Attempts at a call.  With the pauses below ten of them span more than a minute, and less than three.
_ATTEMPTS = 10
_NEVER_ANSWERED = 4  # a dead address is said soon
_HANGING = 4
_FIRST, _LONGEST = 0.25, 30.0
_CHARACTERS = 4  # of a token, roughly: what a request takes is known when it is answered


class Sender:
    """Sends the calls of a run.

    Args:
        ledger: where each attempt that fails is written down.
        meter: says when the run is to end.
        limits: how fast each model may be asked.
        timeout: seconds for one attempt; None is no limit.
        say: told once of a client that retries by itself.
    """

    def __init__(
        self,
        ledger: Ledger,
        meter: Meter,
        limits: Limits | None = None,
        timeout: float | None = TIMEOUT,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._ledger, self._meter, self.limits = ledger, meter, limits or Limits()
        self._timeout, self._say, self._said = timeout, say, set[str]()

    def send(self, call: Call, make: Callable[[], T]) -> T:
        """What a call brings.

        Raises:
            RefusedError: the server refuses every call.
        """
        pace = self.limits.of(call.model)
        tries = _Tries(call, pace, self._meter)
        try:
            return self._attempt(call, pace, tries, make)
        except Exception as error:
            failed: Exception | None = error
        # Only now: to be ready to try again costs as much as all else here.  What failed is the first attempt.
        for attempt in stamina.retry_context(on=tries.again, attempts=_ATTEMPTS, timeout=None):
            with attempt:
                if failed is not None:
                    first, failed = failed, None
                    raise first
                return self._attempt(call, pace, tries, make)
        raise AssertionError("retry_context ends with an answer or an error")

    def _attempt(self, call: Call, pace: Pace, tries: _Tries, make: Callable[[], T]) -> T:
        entered = pace.enter(self._size(call, pace))
        try:
            with tries:
                answer = within(self._timeout, make)
        except BaseException as error:
            self._failed(call, pace, entered, error)
            raise
        finally:
            if not tries.alone:
                self._look_at(call.model)
        pace.came()
        return answer

    async def asend(self, call: Call, make: Callable[[], Awaitable[T]], patient: bool = True) -> T:
        """The same, asynchronously.

        Args:
            patient: whether it may wait for calls under way; not where they may need a loop that this one holds up.
        """
        pace = self.limits.of(call.model)
        tries = _Tries(call, pace, self._meter)
        try:
            return await self._aattempt(call, pace, tries, make, patient)
        except Exception as error:
            failed: Exception | None = error
        async for attempt in stamina.retry_context(on=tries.again, attempts=_ATTEMPTS, timeout=None):
            with attempt:
                if failed is not None:
                    first, failed = failed, None
                    raise first
                return await self._aattempt(call, pace, tries, make, patient)
        raise AssertionError("retry_context ends with an answer or an error")

    async def _aattempt(
        self, call: Call, pace: Pace, tries: _Tries, make: Callable[[], Awaitable[T]], patient: bool
    ) -> T:
        entered = await (pace.aenter if patient else pace.aenter_alone)(self._size(call, pace))
        try:
            with tries:
                answer = await awithin(self._timeout, make)
        except BaseException as error:
            self._failed(call, pace, entered, error)
            raise
        finally:
            if not tries.alone:
                self._look_at(call.model)
        pace.came()
        return answer

    def settle(self, call: Call, tokens: dict[str, int] | None) -> None:
        """Charge what a call really took against the tokens a minute."""
        if self.limits.tpm and tokens:
            pace = self.limits.of(call.model)
            pace.settle(tokens["input"] + tokens["output"] - self._size(call, pace))

    def _look_at(self, model: str) -> None:
        """Name a client that goes on trying by itself, once."""
        if model not in self._said:
            self._said.add(model)
            with suppress(Exception):  # who only watches changes nothing
                self._say(
                    f"the client of {model} retries by itself (max_retries), so its server may count more calls than "
                    "this run: with max_retries=0 the run does it, waits as the server asks, and counts each"
                )

    def _size(self, call: Call, pace: Pace) -> float:
        request: Any = call.request
        return len(dumps(request["messages"])) / _CHARACTERS if pace.counts_tokens else 0.0

    def _failed(self, call: Call, pace: Pace, entered: float, error: BaseException) -> None:
        pace.failed(entered, faults.is_slow_down(error), retry_after(error))
        self._ledger.add_failure(call.key, call.path, repr(error))
        if isinstance(error, Exception) and faults.is_refusal(error, pace.has_answered):
            raise refused(
                RefusedError(
                    f"The server of {call.model} refuses: {error}. It refuses every call: look at the key, the "
                    "name of the model, its address and the account, then run the same command again."
                )
            ) from error


class _Tries(Trier):
    """What a call has met until now, and whether it is tried again: never around a client that retries by itself."""

    def __init__(self, call: Call, pace: Pace, meter: Meter) -> None:
        self.call, self._pace, self._meter = call, pace, meter
        self._failed: dict[str, int] = {}

    def __enter__(self) -> Self:
        self.alone = (
            not self.call.retries_itself
        )  # one more, in which a door of the client may take its retries from it
        return super().__enter__()

    def again(self, error: Exception) -> bool | float:
        """Whether to try again, and after how many seconds."""
        kind, most = _most(error, self._pace)
        self._failed[kind] = self._failed.get(kind, 0) + 1
        is_over = isinstance(error, RefusedError) or self._meter.stop_reason or self._failed[kind] >= most
        if is_over or not self.alone or not faults.is_fault(error):
            return False
        asked, tried = retry_after(error), sum(self._failed.values())
        return asked if asked and tried == 1 else max(asked, _pause(tried))


def _most(error: Exception, pace: Pace) -> tuple[str, int]:
    """The kind of a fault, and how many of them a call may meet."""
    if faults.is_slow_down(error):
        return "slow down", _ATTEMPTS
    if faults.is_timeout(error):
        return "hangs", _HANGING
    return "other", _ATTEMPTS if pace.has_answered else _NEVER_ANSWERED


def _pause(tried: int) -> float:
    return float(min(_LONGEST, _FIRST * 2 ** (tried - 1))) * random.uniform(0.75, 1.25)
