"""The one evaluation service: a candidate and an example in, a rollout out.

Concurrency, replay and the accounting of rollouts live here and nowhere else; `attempt` makes one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.errors import InfrastructureError
from llmdl_plugins.losses.loss import Loss
from llmdl_plugins.network import Network
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import JSON, digest, digest_of
from llmdl_plugins.run.cashier import Cashier
from llmdl_plugins.run.counts import Spent
from llmdl_plugins.run.events import Event, Progressed, Told, Watcher, silent
from llmdl_plugins.run.executor import Attempts, Task, attempts_here
from llmdl_plugins.run.ledger import Ledger
from llmdl_plugins.run.node_threads import node_threads
from llmdl_plugins.run.one_by_one import OneByOne
from llmdl_plugins.run.patience import ROLLOUT_TIMEOUT
from llmdl_plugins.run.pool import pooled
from llmdl_plugins.run.record import is_record
from llmdl_plugins.run.referring import filled
from llmdl_plugins.run.rollout import Rollout, Status, Values, Wanted
from llmdl_plugins.run.space import Space
from llmdl_plugins.run.tally import Tally
from llmdl_plugins.run.told import SEALED, step
from llmdl_plugins.run.tools import ToolRecords, ToolRules
from llmdl_plugins.run.under_way import quick_switches
from llmdl_plugins.run.write import Write

ORIGINAL: Values = {}
_SHARE = 0.2
_ENOUGH = 10
_FIRST = 3
_PREPARED = 256
_MANY = 32
_LANDING = 256  # rollouts that may wait to be written


@dataclass(frozen=True)
class _Prepared:
    """A candidate that was checked and hashed once."""

    candidate: Values
    values: Mapping[Parameter, Any]
    digest: str


class Evaluator:
    """Runs candidates on examples.

    Args:
        network: the application.
        loss: what is wrong with an output.
        ledger: where finished rollouts are kept.
        cashier: who pays for calls.
        concurrency: calls of a model under way at once, and about so many rollouts.
        tools: whether tools run or are replayed.
        attempts: what makes an attempt; in this process, if not given.
        seconds: what the application may take by itself for one rollout.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        ledger: Ledger,
        cashier: Cashier,
        *,
        concurrency: int = 8,
        watcher: Watcher = silent,
        tools: ToolRules = ToolRules(),  # noqa: B008 - frozen
        attempts: Attempts | None = None,
        seconds: float | None = ROLLOUT_TIMEOUT,
    ) -> None:
        self.network, self.loss, self.ledger, self.cashier, self.watcher = network, loss, ledger, cashier, watcher
        self._attempt = attempts or attempts_here(network, loss, cashier, seconds)
        self._names = {p: name for name, p in network.named_parameters().items()}
        # Drawn from the whole graph, so once a run and not once a rollout.
        rules = () if tools == ToolRules() else (tools.json(),)
        self._identity = digest(network.fingerprint, loss.fingerprint, *rules)
        self.tally = Tally(Space.of_network(network), cashier.meter.worth)
        self.tools, self._said = tools, set[str]()
        # More runs than calls: while some wait for the disk or work by themselves, others have their call under way.
        # Many calls come home in waves, each of which is to find enough that are ready to go.
        cashier.at_most(concurrency)
        self.concurrency = concurrency + concurrency // (2 if concurrency >= _MANY else 8)
        self._slots = asyncio.Semaphore(self.concurrency)
        self._outcomes: Counter[Status] = Counter()
        self._met = set[str]()
        self._steps = 0
        self._heaviest: dict[str, Spent] = {}
        self._prepared: dict[int, _Prepared] = {}
        self._landing: dict[str, Write] = {}
        self._making = OneByOne()

    async def evaluate(
        self,
        candidates: Sequence[Values],
        examples: Sequence[Example],
        *,
        repetition: str = "0",
        phase: str = "train",
        tapes: bool = True,
    ) -> list[Rollout]:
        """Every candidate on every example, candidate by candidate; each counts once however often it is asked.

        They are begun example by example, so that no candidate waits for another.

        Args:
            tapes: whether somebody reads them; without, a rollout takes little memory.
        """
        wanted = [Wanted(c, e, repetition) for e in examples for c in candidates]
        rollouts = await self.all(wanted, phase, tapes=tapes)
        return [r for n in range(len(candidates)) for r in rollouts[n :: len(candidates)]]

    async def all(self, wanted: Sequence[Wanted], phase: str, *, tapes: bool = True) -> list[Rollout]:
        """All of them; if one ends the run, after those under way have come home, and no other is begun."""
        done = 0

        async def watched(one: Wanted) -> Rollout:
            nonlocal done
            ready = self._ready(one.candidate)
            rollout = await self._run(ready, one.example, one.repetition, one.record, tapes)
            done += 1
            if phase != SEALED:
                self.tally.add(ready.digest, one, rollout)
            self.tell(Progressed(phase, done, len(wanted)))
            return rollout if tapes else rollout.without_tape()

        with node_threads(self.concurrency), quick_switches():
            try:
                rollouts = await pooled(watched, wanted, self._slots, self.concurrency)
            finally:
                await self._landed()
        self._steps += 1
        self.tell(step(self._steps, phase, rollouts, self.cashier.meter))
        return rollouts

    def tell(self, event: Event) -> None:
        """Tell those who watch; who only watches changes nothing, not even by failing."""
        try:
            self.watcher(event)
        except Exception:
            return

    async def _run(self, ready: _Prepared, example: Example, repetition: str, record: str, tapes: bool) -> Rollout:
        """One rollout: from the ledger where it is finished there, else made now.

        Args:
            record: the repetition of the original whose tools are replayed, where they are; it is run first.
            tapes: whether more than the score is looked at: where the ledger holds no texts, it is made again then.

        Raises:
            Stopped: the budget or the user ends the run.
            InfrastructureError: too large a share of rollouts failed on the way to the model.
        """
        if self.tools.mode == "replay" and ready.digest != self._original.digest:
            original = await self._run(self._original, example, record, "0", True)
            if original.status == "infrastructure error":
                return original  # what there is to replay is not known yet
        key = digest_of("rollout", self._identity, ready.digest, example.key, repetition)
        self._count(key)
        # Who asks for what is under way waits for it, and replays it.
        await self._making.enter(key)
        try:
            rollout = await self._rollout(key, ready, example, repetition, tapes)
        finally:
            self._making.leave(key)
        self._weigh(ready, rollout)
        return rollout

    async def _rollout(self, key: str, ready: _Prepared, example: Example, repetition: str, tapes: bool) -> Rollout:
        if (landing := self._landing.get(key)) is not None:
            await self.ledger.landed(landing)
        record = self._recorded(key)
        if record is not None and (not tapes or self._is_readable(key, record)):
            return self._replayed(record, example)
        original = ready.digest == self._original.digest
        tools = ToolRecords(self.ledger, self.tools, key, example.key, original, self._say_once)
        rollout = await self._attempt(Task(ready.digest, ready.values, example, repetition, tools))
        if rollout.status != "infrastructure error":
            # One that could not be read is written in full: its calls may be as they were.
            await self._keep(key, rollout.record(self._names, refers=record is None))
        self._watch_share(rollout)
        return rollout if rollout.told is None else replace(rollout, told=None)

    def _recorded(self, key: str) -> Any:
        if (record := self.ledger.rollout(key)) is not None and not is_record(record):
            self.ledger.spoiled("rollouts", key)
            return None
        return record

    def _is_readable(self, key: str, record: Any) -> bool:
        """Whether all that was said is there; where a call is gone, or holds what another process hid, it is not."""
        if record.get("bare"):
            return False
        if filled(record["tape"], self.ledger.request) is None:
            self.ledger.drop_rollout(key)
            return False
        return True

    async def _keep(self, key: str, record: JSON) -> None:
        # Not waited for one by one: the calls of a rollout are on disk, and one that is lost is made of them again.
        if len(self._landing) >= _LANDING:
            await self._landed()
        write = self._landing[key] = self.ledger.add_rollout(key, record)
        write.then(lambda failure: failure or self._landing.pop(key, None))

    async def _landed(self) -> None:
        """Wait until the rollouts are on disk.

        Raises:
            LedgerError: they can't be written.
        """
        if self._landing:
            await self.ledger.asettle()
        for key, write in self._landing.copy().items():
            if write.failure:
                del self._landing[key]
                raise write.failure

    def _count(self, key: str) -> None:
        # A replay counts like the run that it repeats, so that a resumed run stops where an unbroken one does.
        if key not in self._met:
            self.cashier.meter.rollout()
            self._met.add(key)

    def _say_once(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self.tell(Told(text))

    def _replayed(self, record: Any, example: Example) -> Rollout:
        rollout = Rollout.of(record, example, self.network.named_parameters())
        self.cashier.meet(rollout.receipts)
        return rollout

    def _ready(self, candidate: Values) -> _Prepared:
        # By identity: a pool of demonstrations is long, and a candidate is never changed.
        known = self._prepared.get(id(candidate))
        if known is None or known.candidate is not candidate:
            if len(self._prepared) >= _PREPARED:
                self._prepared.clear()
            values = self.network.checked(candidate)
            name = digest(self.network.changed({**self.network.state_dict(), **candidate}))
            known = self._prepared[id(candidate)] = _Prepared(candidate, values, name)
        return known

    @cached_property
    def _original(self) -> _Prepared:
        return self._ready(ORIGINAL)

    def _weigh(self, ready: _Prepared, rollout: Rollout) -> None:
        if (most := self._heaviest.get(ready.digest)) is None:
            most = self._heaviest[ready.digest] = Spent()
        most.raise_to(self.cashier.meter.worth(rollout.receipts))

    def heaviest(self, candidate: Values) -> Spent:
        """The most that one rollout of a candidate took: what is set aside for the sealed test follows it."""
        return self._heaviest.get(self._ready(candidate).digest, Spent())

    def _watch_share(self, rollout: Rollout) -> None:
        self._outcomes[rollout.status] += 1
        if not (failed := self._outcomes["infrastructure error"]):
            return
        total = self._outcomes.total()
        if (total >= _ENOUGH and failed > _SHARE * total) or failed == total >= _FIRST:
            raise InfrastructureError(
                f"{failed} of {total} runs failed on the way to the model (last: {rollout.words}). "
                "What was paid for is kept: check the endpoint and its limits, then run the same command again."
            )
