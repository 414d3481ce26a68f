"""A teacher's answer as a move: taken out of its tags, and refused for free where it could not be used."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from llmdl_plugins.optimizers.asking import TOLD, again, request
from llmdl_plugins.optimizers.memory import Memory
from llmdl_plugins.optimizers.moves import Move, move
from llmdl_plugins.run.feedback import FailureMode
from llmdl_plugins.run.lint import finding
from llmdl_plugins.run.problem import Problem
from llmdl_plugins.run.usable import another_form, nothing_said

_ATTEMPTS = 2


def written(answer: str) -> str:
    """The prompt inside a teacher's answer; the whole answer where it used no tags.

    >>> written("Here: <prompt>Be brief.</prompt>")
    'Be brief.'
    """
    tagged = re.search(r"<prompt>(.*?)</prompt>", answer, re.S | re.I)
    return (tagged[1] if tagged else answer).strip()


async def proposed(
    problem: Problem,
    memory: Memory,
    modes: Sequence[FailureMode],
    texts: Mapping[str, str],
    name: str,
    *,
    most: int,
    place: str,
) -> Move | None:
    """A new text for one parameter, asked of the teacher; None where nothing that it wrote could be used.

    Args:
        modes: what failing rows say about it.
        texts: in force by name, which the new text is to improve.
        name: of the parameter.
        most: sentences that may change.
        place: tells this request apart from others.
    """
    assert problem.teacher is not None
    parameter, old = problem.parameters[name], texts[name]
    ask = request(parameter, old, modes, memory.rejected, name, most)
    known = f"{ask} {parameter.role}"
    # A teacher can't know all that a text has to keep: told once, it mostly does.
    for attempt in range(_ATTEMPTS):
        text = written(await problem.teacher.ask(ask, role="proposer", place=f"{place}/{name}/{attempt}"))
        wrong = refusal(problem, name, text, old, known)
        if wrong is None:
            text = memory.allowed(name, old, text, most, {m.words: m.count for m in modes})
            made = move({name: old}, {name: text})
            wrong = problem.parameters[name].problem(text) or _again(memory, made, old)
            if wrong is None:
                return made
        problem.refused(name, wrong)
        ask = again(ask, text, wrong)
    return None


def refusal(problem: Problem, name: str, text: str, old: str, known: str) -> str | None:
    """Why a text is not tried, or None: silence, slots, joints and length, and what it must not bring along.

    Args:
        old: the text that it is to improve.
        known: texts in the languages that the teacher may write.
    """
    wrong = nothing_said(text) or problem.parameters[name].problem(text)
    if wrong or text == old:
        return wrong or "it is the prompt that is there already"
    return finding(text, old, problem.train, TOLD) or another_form(text, old, known)


def _again(memory: Memory, made: Move, old: str) -> str | None:
    if not any(made.edits.values()):
        return "it changes nothing that may be changed"
    return "it was tried before and did not help" if memory.was_tried(made) else None
