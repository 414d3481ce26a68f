"""The doctor's own runs of the application: few, counted, on train rows only."""

from __future__ import annotations

import random
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

from llmdl_plugins.data import Example
from llmdl_plugins.door.transport import transport
from llmdl_plugins.errors import LlmdlError, ParameterError, Stopped
from llmdl_plugins.run.budget import Budget
from llmdl_plugins.run.evaluate import ORIGINAL, Evaluator
from llmdl_plugins.run.events import Told, Watcher
from llmdl_plugins.run.executor import InProcess, Job
from llmdl_plugins.run.meter import Meter
from llmdl_plugins.run.origin import Origin
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.teacher import Teacher
from llmdl_plugins.training.doctor.case import Case
from llmdl_plugins.training.doctor.rephrase import rephrased, rewritten
from llmdl_plugins.training.evaluating import evaluating, served
from llmdl_plugins.training.probe import PROBES, check_probes

_MOST_ROWS, _MOST_PROMPTS = 40, 20
_LEAST_ROWS, _LEAST_PROMPTS = 4, 2


@dataclass
class Runs:
    """What was run, and what was heard on the way.

    Args:
        case: what is asked about, with the network that the probes have shown.
        twice: the original on the same rows, two times.
        prompts: other prompts on these rows, once each.
        said: what the run said by itself, such as clients that retry.
        failed: what ended the runs early, if anything did.
    """

    case: Case
    probes: list[Rollout] = field(default_factory=list)
    twice: tuple[list[Rollout], list[Rollout]] = field(default_factory=lambda: ([], []))
    prompts: list[list[Rollout]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    failed: LlmdlError | None = None
    spent: dict[str, Any] = field(default_factory=dict)

    @property
    def pairs(self) -> list[tuple[Rollout, Rollout]]:
        """Both runs of each row."""
        return list(zip(*self.twice, strict=True))

    @property
    def all(self) -> list[Rollout]:
        """Every run."""
        return [*self.probes, *(r for part in (*self.twice, *self.prompts) for r in part)]


async def made(case: Case, watcher: Watcher) -> Runs:
    """Run what the calls allow: two probes, the original twice, other prompts."""
    runs, meter = Runs(case), Meter(Budget(calls=case.calls), case.prices)

    def hear(event: Any) -> None:
        if isinstance(event, Told):
            runs.said.append(event.text)
        watcher(event)

    async with evaluating(
        case.network,
        case.loss,
        meter,
        concurrency=case.concurrency,
        watcher=hear,
        tools=case.tools,
        terms=case.terms,
    ) as evaluator:
        try:
            async with transport(False, case.concurrency, lambda text: hear(Told(text))):
                await _probed(evaluator, runs)
                async with _of(runs.case, evaluator) as shown:
                    await _compared(shown, runs, max(1.0, evaluator.heaviest(ORIGINAL).calls))
        except ParameterError:  # what the user says of the parameters fits none
            raise
        except LlmdlError as error:
            runs.failed = error
        except Stopped as stopped:
            runs.said.append(f"the doctor's own calls are used up: {stopped.reason}")
        finally:
            await evaluator.cashier.drain()
            runs.spent = dict(meter.told())
    return runs


def _order(case: Case) -> list[Example]:
    order = list(case.train)
    random.Random(f"doctor/{case.seed}").shuffle(order)
    return order


async def _probed(evaluator: Evaluator, runs: Runs) -> None:
    """Run the first rows, and find what they show."""
    rows = _order(runs.case)[:PROBES]
    runs.probes = await evaluator.evaluate([ORIGINAL], rows, repetition="doctor/0", phase="probe")
    check_probes(runs.probes)
    runs.case = runs.case.shown([r for r in runs.probes if r.status != "infrastructure error"])


async def _compared(evaluator: Evaluator, runs: Runs, each: float) -> None:
    """Run the original twice, and other prompts; `each` are the calls of a run."""
    case, order = runs.case, _order(runs.case)
    teacher = Teacher(case.teacher, evaluator.cashier) if case.teacher is not None else None
    rows, prompts = plan(case.calls / each, len(order), int(teacher is not None) / each)
    if rows < _LEAST_ROWS:
        return
    chosen = order[:rows]
    for side in (0, 1):
        again = await evaluator.evaluate([ORIGINAL], chosen, repetition=f"doctor/{side}", phase="the original twice")
        runs.twice[side].extend(again)
    for number, candidate in enumerate(rephrased(case.network, prompts, case.seed)):
        values = await rewritten(case.network, candidate, number, teacher) if teacher else candidate
        said = await evaluator.evaluate([values], chosen, repetition="doctor/0", phase="other prompts")
        runs.prompts.append(said)


def _of(case: Case, probing: Evaluator) -> AbstractAsyncContextManager[Evaluator]:
    """What runs the network that the probes have shown, on the same ledger."""
    made_by, seconds = Origin({}, case.loss), case.terms.rollout_timeout
    job = Job(case.network, case.loss, probing.cashier, made_by, case.concurrency, seconds)
    return served(job, probing.ledger, probing.watcher, case.tools, InProcess())


def plan(runs: float, rows: int, extra: float = 0.0) -> tuple[int, int]:
    """How many rows, and how many prompts on them beside the original twice, so many runs allow.

    Args:
        runs: of the application.
        rows: that there are.
        extra: what a prompt takes before it is run, in runs.

    >>> plan(120, 500), plan(880, 500), plan(10, 500)
    ((13, 7), (40, 20), (5, 0))
    """
    wide = min(rows, _MOST_ROWS, int(sqrt(4 + 2 * max(0.0, runs)) - 2))
    if wide < _LEAST_ROWS:
        return min(rows, int(runs // 2)), 0
    prompts = min(_MOST_PROMPTS, int((runs - 2 * wide) / (wide + extra)))
    return (wide, prompts) if prompts >= _LEAST_PROMPTS else (min(rows, _MOST_ROWS, int(runs // 2)), 0)
