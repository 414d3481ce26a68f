"""All that an optimizer sees: parameters, train rows, a teacher, and a verdict for each proposal."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.errors import Stopped
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import dumps, plain
from llmdl_plugins.run.aim import SCORE, Aim
from llmdl_plugins.run.cheaper import cheaper
from llmdl_plugins.run.counts import Spent
from llmdl_plugins.run.evaluate import Evaluator
from llmdl_plugins.run.events import Told
from llmdl_plugins.run.feedback import Feedback
from llmdl_plugins.run.lint import finding
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.rollout import Rollout, Values
from llmdl_plugins.run.screen import MOST, Verdict, screen
from llmdl_plugins.run.space import Space
from llmdl_plugins.run.stage import Stage
from llmdl_plugins.run.teacher import Teacher
from llmdl_plugins.run.told import updates
from llmdl_plugins.run.told import verdict as screened

_MARGIN = 1.5


@dataclass
class Problem:
    """One training problem.  Of val an optimizer learns each verdict, never an item's score; test is not in here.

    Values go in and out as copies: what an optimizer does to its own changes nothing here, and only the screen moves
    the incumbent.

    Args:
        teacher: writes feedback and proposals; None where there is none.
        seed: the only source of randomness that an optimizer may use.
        keep: told of every new incumbent.
        untestable: why the budget can't hold the sealed test of a candidate, if it can't.
        backward: turns failing rollouts into feedback on parameters; needs a teacher.  Where they were made with other
            values than the incumbent's, those are named after them.
        refusals: why answers could not be used, with counts.
        aim: what is accepted: what scores better, or what costs less and is not worse by a margin.
        range: the lowest and the highest score of a train row so far.
    """

    evaluator: Evaluator
    train: Sequence[Example]
    teacher: Teacher | None
    seed: int
    keep: Callable[[Values], None]
    backward: Callable[..., Awaitable[list[Feedback]]]
    _val: Sequence[Example]
    _incumbent: Values = field(default_factory=dict)
    _verdicts: list[Verdict] = field(default_factory=list)
    _looked: dict[str, tuple[str, int]] = field(default_factory=dict)
    stage: Stage = field(default_factory=Stage)
    _met: list[str] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    untestable: Callable[[Values], str] = lambda values: ""
    aim: Aim = SCORE
    range: tuple[float, float] | None = None

    @property
    def incumbent(self) -> dict[str, Any]:
        """The values accepted so far, by name."""
        return deepcopy(dict(self._incumbent))

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What the screen has said so far."""
        return tuple(self._verdicts)

    @property
    def parameters(self) -> dict[str, Parameter]:
        """The trainable parameters by name."""
        return {n: p for n, p in self.evaluator.network.named_parameters().items() if p.trainable}

    @property
    def space(self) -> Space:
        """The architectures that its choices make, on top of the incumbent."""
        return Space.of_network(self.evaluator.network, self._incumbent)

    @property
    def screened(self) -> int:
        """How many val rows a proposal is screened on at the most."""
        return min(len(self._val), MOST)

    @property
    def budget(self) -> Meter:
        """What was spent and what may be."""
        return self.evaluator.cashier.meter

    @property
    def concurrency(self) -> int:
        """About how many runs of the application may be under way at once."""
        return self.evaluator.concurrency

    def value(self, name: str) -> Any:
        """The incumbent's value of a parameter."""
        return deepcopy(self._incumbent.get(name, self.parameters[name].default))

    async def evaluate(
        self, candidates: Sequence[Values], examples: Sequence[Example], *, repetition: str = "0"
    ) -> list[Rollout]:
        """Every candidate, on top of the incumbent, on every example.

        Args:
            repetition: another name asks for another draw of the same runs.
        """
        self._begin()
        with self.stage.work():
            full = [self._full(c) for c in candidates]
            rollouts = await self.evaluator.evaluate(full, examples, repetition=repetition)
        self.range = _wider(self.range, [r.score for r in rollouts if r.status != "infrastructure error"])
        return rollouts

    async def propose(
        self, candidate: Values, what: str, shown: Sequence[Example] = (), *, more: Sequence[Example] = ()
    ) -> Verdict:
        """Screen a candidate; where it is accepted it is the new incumbent.

        Args:
            candidate: the values that change.
            what: the move in words, for the report.
            shown: train rows that its texts hold as worked examples, on purpose.
            more: train rows that are asked too where val rows leave it open.
        """
        async with self.stage.turn:
            self._begin()
            with self.stage.work():
                return await self._judged(candidate, what, shown, more)

    @contextmanager
    def keeping_a_screen(self) -> Iterator[None]:
        """Inside, what screening one proposal may take is kept: for an optimizer that proposes once, at its end."""
        held = self.budget.aside
        self.budget.aside = self._kept(2 * self.screened)
        try:
            yield
        finally:
            self.budget.aside = held

    @asynccontextmanager
    async def sharing(self, share: float) -> AsyncIterator[list[str]]:
        """Inside, nothing is begun any more once this share of what is free of the budget is used: `Stopped` says so.

        What was under way then came to its end, and may have used more.  Gives the limits at which it was said.
        """
        self._met = list[str]()
        with self.budget.sharing(share):
            try:
                yield self._met
            finally:
                await self.stage.clear()

    def _begin(self) -> None:
        if unit := self.budget.share_used:
            self._met.append(unit)
            raise Stopped(f"its share of the budget's {unit} is used")

    def holds(self, runs: int) -> bool:
        """Whether the budget holds so many runs more on top of what is set aside."""
        return not self.budget.lacks(self._kept(runs))

    def _kept(self, runs: int) -> Spent:
        """What is set aside, and what so many runs may take."""
        meter, held, one = self.budget, self.budget.aside, self.evaluator.heaviest(self._incumbent)
        pace = meter.elapsed() / max(1, meter.spent.rollouts)
        return Spent(
            held.calls + runs * one.calls,
            held.rollouts + runs,
            held.tokens + int(_MARGIN * runs * one.tokens),
            held.usd + _MARGIN * runs * one.usd,
            held.seconds + runs * pace,
        )

    async def _judged(self, candidate: Values, what: str, shown: Sequence[Example], more: Sequence[Example]) -> Verdict:
        if found := self.refusal(candidate, shown):
            self.refused(*found)
            return Verdict(False, 0.0, 0, 0, 0, 0.0, 0.0, found[1])
        full = self._full(candidate)
        before, verdict = self._incumbent, await self._screened(full, more)
        if verdict.accepted and (why := self.untestable(full)):
            verdict = replace(verdict, accepted=False, reason=why)
        self._verdicts.append(verdict)
        if verdict.accepted:
            self._incumbent = full
            self.keep(full)
        self._tell(verdict, what, candidate, before)
        return verdict

    async def _screened(self, after: Values, more: Sequence[Example]) -> Verdict:
        """What the screen says; of what comes again it looks at more items than it did before."""
        given, both = (self.evaluator, self._incumbent, after, self._val), dumps(plain([self._incumbent, after]))
        seed, beyond = self._looked.get(both, (f"{self.seed}/{len(self._verdicts)}", 0))
        if self.aim.margin is not None:
            return await cheaper(*given, seed=seed, margin=self.aim.margin)
        verdict = await screen(*given, seed=seed, more=more, beyond=beyond)
        self._looked[both] = seed, verdict.wins + verdict.losses + verdict.ties
        return verdict

    def refusal(self, candidate: Values, shown: Sequence[Example] = ()) -> tuple[str, str] | None:
        """The name and the fault of a text that brings along what it must not, whoever proposes it.

        Args:
            shown: train rows that it holds as worked examples, on purpose.
        """
        on_purpose = {e.id for e in shown}
        others = [e for e in self.train if e.id not in on_purpose] if shown else self.train
        for name, value in candidate.items():
            is_text = isinstance(value, str) and name in self.parameters and self.parameters[name].kind == "text"
            if is_text and (why := finding(value, str(self.value(name)), others)):
                return name, why
        return None

    def refused(self, name: str, why: str, what: str = "new text for") -> None:
        """Note that an answer could not be used: a value that can't be tried, or feedback that is none."""
        self.refusals[why] += 1
        self.evaluator.ledger.add_event("refused", {"parameter": name, "why": why})
        self.evaluator.tell(Told(f"refused: {what} {name}: {why}"))

    def say(self, text: str) -> None:
        """Tell those who watch the run."""
        self.evaluator.tell(Told(text))

    def _full(self, candidate: Values) -> Values:
        return {**self._incumbent, **deepcopy(dict(candidate))} if candidate else self._incumbent

    def _tell(self, verdict: Verdict, what: str, candidate: Mapping[str, Any], before: Values) -> None:
        kinds = {name: self.evaluator.network[name].kind for name in sorted(candidate)}
        record = {"what": what, "parameters": sorted(candidate), "kinds": kinds, **asdict(verdict)}
        self.evaluator.ledger.add_event("verdict", plain(record))
        said = "accepted" if verdict.accepted else "rejected"
        items = verdict.wins + verdict.losses + verdict.ties
        rows = "val" if items <= self.screened else "val and train"
        change = f"{verdict.before:.2f} → {verdict.after:.2f} on {items} items"
        self.evaluator.tell(Told(f"{said}: {what}: {rows} {change} ({verdict.reason})"))
        number = len(self._verdicts)
        self.evaluator.tell(screened(number, what, candidate, verdict))
        for update in updates(number, before, self._incumbent, self.parameters):
            self.evaluator.tell(update)


def _wider(known: tuple[float, float] | None, scores: Sequence[float]) -> tuple[float, float] | None:
    all_of_them = [*(known or ()), *scores]
    return (min(all_of_them), max(all_of_them)) if all_of_them else None
