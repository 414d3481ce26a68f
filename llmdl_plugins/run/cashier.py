"""Pays for model calls: looks into the ledger first, reserves, sends, records, settles."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, TypeVar
from uuid import uuid4

from llmdl_plugins.door.answers import total_usage
from llmdl_plugins.door.boundary import Call
from llmdl_plugins.door.passage import refused
from llmdl_plugins.door.recorded import can_be_given
from llmdl_plugins.errors import BudgetError, LedgerError
from llmdl_plugins.plain import JSON
from llmdl_plugins.run.joins import Joins
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.meter import Hold, Meter
from llmdl_plugins.run.quote import Quote, quote
from llmdl_plugins.run.receipts import Receipt, keep
from llmdl_plugins.run.sending import Sender
from llmdl_plugins.run.write import Told, Write

T = TypeVar("T")


class Cashier:
    """The payer of a run: what the ledger holds is never paid again, and two who ask the same at once pay once."""

    def __init__(self, ledger: Ledger, meter: Meter, sender: Sender | None = None) -> None:
        self.ledger, self.meter, self._sender = ledger, meter, sender or Sender(ledger, meter)
        self._met = set[str]()
        self._joins = Joins()
        self._under_way: dict[int, tuple[float, Hold]] = {}
        self._lock = threading.Lock()
        self.flying: dict[int, asyncio.Task[Any]] = {}

    def at_most(self, calls: int) -> None:
        """Let so many calls of each model be under way at once; to be said before the first."""
        self._sender.limits.most = calls

    async def apay(self, call: Call, send: Callable[[], Awaitable[JSON]]) -> JSON:
        """The recorded answer, or what `send` brings; a call under way is finished even if its caller is gone."""
        if not self._joins.enters(call) and (answer := await self._joins.await_(call)) is not None:
            return self._shared(call, answer)
        return await self._home(call, send)

    async def apay_alone(self, call: Call, send: Callable[[], Awaitable[JSON]]) -> JSON:
        """The same for code that waits for no other call, which may need the loop that it holds up."""
        return await self._home(call, send, patient=False)

    def _home(self, call: Call, send: Callable[[], Awaitable[JSON]], patient: bool = True) -> asyncio.Future[JSON]:
        """Where the answer comes when it is on disk; what is there already takes no task."""
        loop = asyncio.get_running_loop()
        home: asyncio.Future[JSON] = loop.create_future()
        try:
            answer = self._remembered(call)
        except BaseException as error:
            self._joins.close(call, error=error)
            raise
        if answer is None:
            self.flying[id(home)] = loop.create_task(self._flight(call, send, home, patient))
        else:
            self._joins.close(call, answer)
            home.set_result(answer)
        return home

    async def _flight(
        self, call: Call, send: Callable[[], Awaitable[JSON]], home: asyncio.Future[JSON], patient: bool
    ) -> None:
        # `asyncio.shield`, with one turn of the loop between the disk and the caller instead of three.
        try:
            hold, since = await self._areserve(call, patient=patient), time.perf_counter()
            try:
                answer = await self._sender.asend(call, send, patient)
            except BaseException:
                self.meter.release(hold)
                raise

            def landed(failure: LedgerError | None) -> None:
                self._joins.close(call, answer, failure)
                self.ledger.landing.bring(home, answer, failure)

            self._record(call, answer, hold, time.perf_counter() - since, landed)
        except BaseException as error:
            self._joins.close(call, error=error)
            if isinstance(error, asyncio.CancelledError):
                home.cancel()
            elif not home.done():
                home.set_exception(error)
            if isinstance(error, asyncio.CancelledError | KeyboardInterrupt | SystemExit):
                raise
        finally:
            del self.flying[id(home)]

    def pay(self, call: Call, send: Callable[[], JSON]) -> JSON:
        """The same, synchronously."""
        if (answer := self._joins.wait(call)) is not None:
            return self._shared(call, answer)
        if (answer := self._opened(call)) is not None:
            return answer
        try:
            answer = self._sender.send(call, send)
        except BaseException as error:
            self._give_up(call, error)
            raise
        self.finish(call, answer)
        return answer

    def begin(self, call: Call) -> JSON:
        """The recorded answer, or None and the price is set aside: the call is to be finished, left or failed."""
        if (answer := self._joins.wait(call)) is not None:
            return self._shared(call, answer)
        return self._opened(call, streams=True)

    async def abegin(self, call: Call) -> JSON:
        """The same, asynchronously."""
        if (answer := await self._joins.await_(call)) is not None:
            return self._shared(call, answer)
        with self._joins.failing(call):
            if (answer := self._remembered(call)) is None:
                self._begin(call, await self._areserve(call, streams=True))
        if answer is not None:
            self._joins.close(call, answer)
        return answer

    def first(self, call: Call, start: Callable[[], T]) -> T:
        """What a stream starts with; a start that fails is tried again, and then fails the call."""
        try:
            return self._sender.send(call, start)
        except BaseException:
            self._give_up(call)
            raise

    async def afirst(self, call: Call, start: Callable[[], Awaitable[T]], patient: bool = True) -> T:
        """The same, asynchronously."""
        try:
            return await self._sender.asend(call, start, patient)
        except BaseException:
            self._give_up(call)
            raise

    def _opened(self, call: Call, *, streams: bool = False) -> JSON:
        """The recorded answer, or None and room is kept for the call."""
        with self._joins.failing(call):
            if (answer := self._remembered(call)) is None:
                self._begin(call, self.meter.reserve(self._quoted(call), streams=streams))
                return None
        self._joins.close(call, answer)
        return answer

    async def _areserve(self, call: Call, *, streams: bool = False, patient: bool = True) -> Hold:
        """Room that is kept for a call."""
        quoted = self._quoted(call)
        if patient:
            return await self.meter.areserve(quoted, streams=streams)
        return self.meter.reserve(quoted, streams=streams)  # on a loop, as here, it never waits

    def _remembered(self, call: Call) -> JSON:
        answer = self.ledger.answer(call.key)
        if answer is not None and not can_be_given(answer):
            self.ledger.spoiled("calls", call.key)
            answer = None
        if answer is not None:
            self._receive(self._receipt(call, total_usage(answer)))
        return answer  # type: ignore[no-any-return]

    def _quoted(self, call: Call) -> Quote | None:
        """What a call may use, where a limit depends on it; a model that can't be paid is refused for the whole run."""
        if not self.meter.weighs:
            return None
        told = quote(call, self.meter.seen)
        try:
            self.meter.priced(told)
        except BudgetError as error:
            raise refused(error) from None
        return told

    def _begin(self, call: Call, hold: Hold) -> None:
        with self._lock:
            self._under_way[id(call)] = time.perf_counter(), hold

    def _ended(self, call: Call) -> tuple[Hold, float]:
        """The room that was kept for a call, and how long it was under way."""
        with self._lock:
            since, hold = self._under_way.pop(id(call))
        return hold, time.perf_counter() - since

    def _receipt(
        self, call: Call, usage: dict[str, int] | None, held: Quote | None = None, seconds: float = 0.0
    ) -> Receipt:
        charge = None if usage is not None or not self.meter.weighs else dict((held or quote(call, {})).most)
        return Receipt(call.key, call.model, usage, seconds, call.provider, charge)

    def meet(self, receipts: Iterable[Receipt]) -> None:
        """Count calls of a replayed rollout that this process has not met yet, as if they had been made now."""
        for receipt in receipts:
            self._receive(receipt)

    def _receive(self, receipt: Receipt) -> None:
        with self._lock:
            if receipt.key not in self._met:
                self.meter.remembered(receipt.model, receipt.provider, receipt.tokens, receipt.charge)
                self._met.add(receipt.key)
        keep(receipt)

    def finish(self, call: Call, answer: JSON) -> None:
        """Remember an answer; back when it is on disk."""
        with self._joins.failing(call):
            self._record(call, answer, *self._ended(call)).result()
        self._joins.close(call, answer)

    def leave(self, call: Call, part: JSON) -> None:
        """Charge a stream that its reader left, and keep its part under a key that is never looked up."""
        left = call._replace(key=f"{call.key}/part/{uuid4().hex}")
        self._record(left, part, *self._ended(call)).result()
        self._joins.close(call)

    def fail(self, call: Call, error: BaseException) -> None:
        """Remember a failure and give the reserve back; who waited for this call tries it himself."""
        self.ledger.add_failure(call.key, call.path, repr(error))
        self._give_up(call)

    def _give_up(self, call: Call, error: BaseException | None = None) -> None:
        """Give the reserve back; who waited for this call gets the error, or tries it himself where there is none."""
        hold, _ = self._ended(call)
        self.meter.release(hold)
        self._joins.close(call, error=error)

    def _record(self, call: Call, answer: JSON, hold: Hold, seconds: float, *told: Told) -> Write:
        tokens = total_usage(answer)
        receipt = self._receipt(call, tokens, hold.quote, seconds)
        self.meter.settle(hold, call.model, call.provider, tokens, receipt.charge)
        self._sender.settle(call, tokens)
        self._met.add(call.key)
        keep(receipt)
        return self.ledger.add_call(call, answer, tokens, seconds, *told)

    def _shared(self, call: Call, answer: JSON) -> JSON:
        keep(self._receipt(call, total_usage(answer)))
        return answer

    async def drain(self) -> None:
        """Wait for the calls that are under way, until they are on disk."""
        while self.flying:
            await asyncio.gather(*self.flying.values(), return_exceptions=True)
        with suppress(LedgerError):  # who made a call that can't be written was told so
            await self.ledger.asettle()
