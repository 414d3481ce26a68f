"""Walk tapes in reverse: what comes back for a step's output becomes feedback on its prompts and on what fed it.

One critic call a step at most, and failing examples of the same step share one.  A step that did nothing wrong gets
`NONE`, and the walk goes on past it with what it was itself told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import dumps
from llmdl_plugins.run.feedback import Feedback
from llmdl_plugins.run.rollout import Rollout
from llmdl_plugins.run.teacher import Teacher
from llmdl_plugins.run.usable import REPEATED, nothing_said
from llmdl_plugins.tape import Step
from llmdl_plugins.training.question import SHARED, TOLD, Answer, answers, cut, question, repeats

Names = Mapping[Parameter, str]
_REQUESTS = 3  # so many, about all steps together, before cases share one
Unusable = Callable[[str, str, str], None]


async def backward(
    rollouts: Sequence[Rollout],
    teacher: Teacher,
    names: Names,
    place: str,
    unusable: Unusable = lambda name, why, what: None,
) -> list[Feedback]:
    """Feedback on every text parameter that these failing rollouts read and that is not to be kept as it is.

    Args:
        rollouts: on the same values; those that raised are looked at first.
        names: of the parameters.
        place: tells these requests apart from the same ones under other values.
        unusable: told of every answer that is none: about which parameter, why, and that it was feedback.

    Source: TextGrad (Yuksekgonul et al., 2024); here each step is told only what came back for its own output.
    """
    found: list[Feedback] = []
    prompts = sum(p.kind == "text" and p.trainable for p in names)
    walks = [_Walk(r, names) for r in sorted(rollouts, key=lambda r: (r.status == "scored", r.score))]
    while wave := [case for walk in walks for case in walk.due()]:
        shared = _shared([case for case in wave if case.back], max(1, _REQUESTS // max(1, prompts)))
        asked = [_asked(cases, teacher, place, unusable) for cases in shared]
        heard = zip(shared, await together(asked), strict=True)
        said = {id(c): answer for cases, told in heard for c, answer in zip(cases, told, strict=True)}
        for case in wave:
            answer = said.get(id(case), Answer(False, ""))
            case.walk.passed(case, answer)
            if answer.blamed:
                blamed = _prompts(case.step, names)
                found += [Feedback(p, case.walk.rollout.example.id, answer.words) for p in blamed]
    return found


@dataclass
class _Case:
    """A step of one rollout whose turn it is, and what came back for its output."""

    walk: _Walk
    step: Step
    back: list[str]


@dataclass
class _Walk:
    """How far the walk over one tape has come."""

    rollout: Rollout
    names: Names
    left: list[Step] = field(init=False)
    sources: dict[int, list[Step]] = field(init=False)
    coming: dict[int, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.left = [s for s in self.rollout.tape.steps if _prompts(s, self.names)]
        self.sources = {id(s): _sources(s, self.left) for s in self.left}
        read = {id(source) for feeding in self.sources.values() for source in feeding}
        # Only what nobody reads further on answers for the result itself.
        last = [s for s in self.left if id(s) not in read] or self.left[-1:]
        self.coming = {id(s): [_result(self.rollout)] for s in last}

    def due(self) -> list[_Case]:
        """The steps whose readers have all been asked; the latest one where steps feed each other in a ring."""
        read = {id(source) for s in self.left for source in self.sources[id(s)]}
        free = [s for s in self.left if id(s) not in read] or self.left[-1:]
        return [_Case(self, s, self.coming.get(id(s), [])) for s in reversed(free)]

    def passed(self, case: _Case, answer: Answer) -> None:
        """Go on to the steps that fed this one, with what it was told, or with what came back where nothing was."""
        self.left = [s for s in self.left if s is not case.step]
        if case.back:
            words = f'The next step, "{case.step.name}", was told: {answer.words or case.back[0]}'
            for source in self.sources[id(case.step)]:
                self.coming.setdefault(id(source), []).append(words)


def _shared(cases: Sequence[_Case], requests: int) -> list[list[_Case]]:
    """Cases of the same step, a few together: the fewer there are, the more each is looked at."""
    same: dict[tuple[object, ...], list[_Case]] = {}
    for case in cases:
        same.setdefault((case.step.name, *case.step.reads), []).append(case)
    return [some for group in same.values() for some in _split(group, min(SHARED, ceil(len(group) / requests)))]


def _split(cases: list[_Case], size: int) -> list[list[_Case]]:
    return [cases[n : n + size] for n in range(0, len(cases), size)]


async def _asked(cases: Sequence[_Case], teacher: Teacher, place: str, unusable: Unusable) -> list[Answer]:
    first = cases[0]
    where = f"{place}/{first.walk.rollout.example.id}/{first.step.path}"
    said = await teacher.ask(question([(c.step, c.back) for c in cases]), role="critic", place=where)
    # What a step after it was told may be right for this one too; what only shows the case is no answer.
    again = repeats(said, [(c.step, [_result(c.walk.rollout)]) for c in cases])
    if why := REPEATED if again else nothing_said(said, TOLD):
        unusable(first.walk.names[_prompts(first.step, first.walk.names)[0]], why, "feedback on")
        said = ""
    return answers(said, [c.step for c in cases])


def _prompts(step: Step, names: Names) -> list[Parameter]:
    return [p for p in step.reads if p.kind == "text" and p.trainable and p in names]


def _sources(step: Step, steps: Sequence[Step]) -> list[Step]:
    """The steps with prompts that fed a step, through steps without."""
    known, met, found = {id(s) for s in steps}, {id(step)}, list[Step]()
    queue = list(step.fed_by)
    while queue:
        source = queue.pop(0)
        if id(source) not in met:
            met.add(id(source))
            if id(source) in known:
                found.append(source)
            else:
                queue += source.fed_by
    return found


def _result(rollout: Rollout) -> str:
    return f"The final result was wrong: {rollout.words} The task was: {cut(dumps(rollout.example.given))}"


async def together(asked: Sequence[Awaitable[list[Answer]]]) -> list[list[Answer]]:
    """All answers; if one ends the run, after the others have come too: none may go on spending behind its back."""
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return [found for found in outcomes if not isinstance(found, BaseException)]
