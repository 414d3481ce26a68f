"""The simulated model: a chat-completions request in, a reply out, everything counted."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from llmdl_plugins.testing.answers import Answer, answer
from llmdl_plugins.testing.draws import Draw, digest
from llmdl_plugins.testing.exchange import Reply, Request, count_tokens
from llmdl_plugins.testing.faults import STATUSES, Faults
from llmdl_plugins.testing.pace import Latency, RateLimit
from llmdl_plugins.testing.settings import Settings
from llmdl_plugins.testing.tally import Tally
from llmdl_plugins.testing.world import Item
from llmdl_plugins.testing.worlds.catalogue import WORLDS


class Simulator:
    """A model whose truth is known; thread-safe.

    A reply is a function of seed, model, messages, choice and n-th repetition of the same request; at temperature 0
    the repetition is ignored.  Order of arrival matters to `kind@every` faults, to rate limits and to `drift` only.

    >>> simulator = Simulator(skill="rule", seed=1)
    >>> row = simulator.dataset("train", 1)[0]
    >>> simulator.complete({"messages": [{"role": "user", "content": row["inputs"]["question"]}]}).role
    'task'
    >>> round(simulator.true_score(["Answer the ticket."]), 6)
    0.1

    Args:
        settings: where to start from.
        changes: single settings by name, see `Settings`.
    """

    settings: Settings

    def __init__(self, settings: Settings | None = None, **changes: Any) -> None:
        self._lock = threading.Lock()
        self.reset(settings or Settings(), **changes)

    def reset(self, settings: Settings | None = None, **changes: Any) -> None:
        """Forget counts and repetitions; settings that are not named stay."""
        settings = (settings or self.settings).changed(changes)
        faults, latency = Faults.parse(settings.faults, settings.seed), Latency.parse(settings.latency)
        self.settings, self.faults, self.latency = settings, faults, latency
        self.world = WORLDS[settings.skill](settings)
        self._limit = RateLimit(settings.rpm, settings.tpm, settings.burst)
        self._repetitions: Counter[int] = Counter()
        self._probe: list[float] | None = None
        self._tally = Tally()

    def dataset(self, split: str, n: int) -> list[dict[str, Any]]:
        """Rows of a named split, with kinds as the world has them; no ticket is in two splits."""
        return [self._row(item) for item in self.world.items(split, n)]

    @property
    def start(self) -> tuple[str, ...]:
        """The prompt that each node has before training, in order."""
        return self.world.start

    def true_score(self, prompts: Sequence[str], demos: AbstractSet[int] = frozenset()) -> float:
        """The exact expected accuracy of the prompt of each node, in order; `demos` are kinds with an example."""
        return self.world.true_score(prompts, demos)

    @contextmanager
    def probe(self) -> Iterator[list[float]]:
        """Inside, calls are not counted, and the true accuracy of each call that answers joins the list."""
        self._probe = accuracies = list[float]()
        try:
            yield accuracies
        finally:
            self._probe = None

    def complete(self, request: Mapping[str, Any]) -> Reply:
        """Answer one chat-completions request (`messages`, `model`, `n`, `temperature`)."""
        asked = Request.read(request, self.settings.seed)
        if (probe := self._probe) is not None:
            return self._probed(asked, probe)
        with self._lock:
            entry = self._enter(asked)
        reply = self._reply(asked, entry)
        with self._lock:
            self._tally.add(reply)
            self._limit.settle(reply.completion_tokens)
        return reply

    def under_way(self) -> AbstractContextManager[None]:
        """Inside, a call counts as in flight; front ends hold it until the reply is out."""
        return self._tally.under_way()

    @property
    def counts(self) -> Counter[str]:
        """Counts since the last reset: "calls", "status:200", "role:task", "fault:500", "prompt_tokens" …"""
        return self._tally.counts

    def stats(self) -> dict[str, Any]:
        """Counts by status, role and fault, and the settings, as plain values."""
        unique = len(self._repetitions)
        return {**self._tally.stats(), "unique_requests": unique, "settings": asdict(self.settings)}

    def _row(self, item: Item) -> dict[str, Any]:
        group = self.world.group(item)
        row = {"inputs": {"question": item.text}, "expected": item.gold, "id": f"T{item.number}"}
        return row if group is None else {**row, "group": group}

    def _probed(self, asked: Request, probe: list[float]) -> Reply:
        said = answer(self.world, asked.messages, Draw(asked.key))
        if said.accuracy is not None:
            probe.append(said.accuracy)
        return Reply(texts=(said.text,) * asked.choices, role=said.role)

    def _enter(self, asked: Request) -> _Entry:
        """Count a call and let it in, or turn it away."""
        self.counts["calls"] += 1
        repetition = self._repetitions[asked.key]
        self._repetitions[asked.key] += 1
        clock = self.counts["calls"]
        fault = self.faults.due(clock, digest(asked.key, repetition))
        if (wait := self._limit.wait(asked.prompt_tokens)) > 0:
            return _Entry(repetition, clock, 429, retry_after=wait)
        if status := STATUSES.get(fault):
            return _Entry(repetition, clock, status, fault, retry_after=0.05 if status == 429 else 0.0)
        self._limit.admit(asked.prompt_tokens)
        return _Entry(repetition, clock, 200, fault)

    def _reply(self, asked: Request, entry: _Entry) -> Reply:
        if entry.status != 200:
            return Reply(entry.status, fault=entry.fault, retry_after=entry.retry_after)
        repetition = 0 if asked.cold or not self.settings.redraw else entry.repetition
        said = [self._choice(asked, repetition, choice, entry.clock) for choice in range(asked.choices)]
        texts = tuple(_cut(one.text, entry.fault) for one in said)
        tokens = sum(map(count_tokens, texts))
        return Reply(
            texts=texts,
            role=said[-1].role,
            finish={"truncate": "length", "filter": "content_filter"}.get(entry.fault, "stop"),
            prompt_tokens=asked.prompt_tokens,
            completion_tokens=tokens,
            delay=self.latency.seconds(tokens, asked.key, repetition),
            fault=entry.fault,
        )

    def _choice(self, asked: Request, repetition: int, choice: int, clock: int) -> Answer:
        key = digest(asked.key, repetition, choice) if repetition or choice else asked.key
        return answer(self.world, asked.messages, Draw(key), clock)


@dataclass(frozen=True)
class _Entry:
    """How a call was received: the n-th time it was made, as which call of all, and the fault or limit that it met."""

    repetition: int
    clock: int
    status: int
    fault: str = ""
    retry_after: float = 0.0


def _cut(text: str, fault: str) -> str:
    if fault == "filter":
        return ""
    return text[: len(text) // 2] if fault == "truncate" else text
