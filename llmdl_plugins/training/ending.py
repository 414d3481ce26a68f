"""How a course ended, as a result: tested, or not tested and why."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from llmdl_plugins.plain import plain
from llmdl_plugins.run.events import RunFinished
from llmdl_plugins.training.course import Course
from llmdl_plugins.training.result import IMPROVED, NO_GAIN, Result, versions
from llmdl_plugins.training.sealed import Sealed


def tested(course: Course, sealed: Sealed | None) -> Result:
    """What the sealed test says; where it was not opened, why not."""
    if sealed is None:
        return untested(course, NO_GAIN, _unmoved(course))
    told = {name: getattr(sealed, name) for name in Sealed.__dataclass_fields__}
    return _result(course, IMPROVED if sealed.improved else NO_GAIN, "", told)


def untested(course: Course, status: str, reason: str) -> Result:
    """A result without figures."""
    nothing = {**dict.fromkeys(Sealed.__dataclass_fields__), "margin": course.setup.aim.margin}
    return _result(course, status, reason, {**nothing, "test_size": len(course.setup.splits.test)})


def _unmoved(course: Course) -> str:
    """Why the test set stays sealed: a test of the original against itself would cost as much and show nothing."""
    proposed = len(course.problem.verdicts)
    what = f"none of {proposed} proposals was accepted" if proposed else "nothing was proposed"
    if refusals := course.problem.refusals:
        why, times = refusals.most_common(1)[0]
        what += f" ({refusals.total()} answers could not be used; {times} of them: {why})"
    return f"{what}{_said_of_rows(course)}, so the application is as it was and the test set was not opened"


def _said_of_rows(course: Course) -> str:
    """What explains it, where train rows went one way alone."""
    lowest, highest = course.problem.range or (0.0, 1.0)
    if highest == 0:
        return (
            " (no train row scored above 0, whatever was tried: see whether the loss fits what the application gives)"
        )
    return " (every train row that was run is right as it is)" if lowest == 1 else ""


def _result(course: Course, status: str, reason: str, told: Mapping[str, Any]) -> Result:
    setup, problem = course.setup, course.problem
    changed = setup.network.changed(problem.incumbent)
    return Result(
        status=status,
        **told,
        openings=course.openings,
        accepted=sum(v.accepted for v in problem.verdicts),
        proposed=len(problem.verdicts),
        refused=problem.refusals.total(),
        front=course.evaluator.tally.front(),
        spent=course.meter.told(),
        parameters={n: {"before": plain(setup.network[n].default), "after": v} for n, v in changed.items()},
        seed=setup.seed,
        versions=versions(),
        reason=reason,
        network=setup.network,
        candidate=problem.incumbent,
        folder=setup.folder.path if setup.folder else None,
    )


def finished(result: Result) -> RunFinished:
    """What observers are told last."""
    told = ("status", "reason", "before", "after", "gain", "interval", "p", "accepted", "proposed")
    return RunFinished(
        **{name: getattr(result, name) for name in told},
        spent=MappingProxyType(dict(result.spent)),
        folder=str(result.folder or ""),
    )
