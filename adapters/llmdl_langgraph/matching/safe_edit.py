"""The safe-edit rule: which new texts are sent in a bound run exactly as the edited source would send them."""

from __future__ import annotations

from collections.abc import Sequence

from llmdl_langgraph.errors import CannotExportError
from llmdl_langgraph.matching.readings import Reading
from llmdl_plugins.slots import Part, count

START, END = "the start", "the end"


def safe_edit_problem(reading: Reading, canonical: str, is_whole: bool = False) -> str | None:
    """What makes a text unsafe as the value of a reading's parameter, or None.

    What surrounds a slot in a sent text can't be told from the slot's value where it holds no word: such joints,
    and the outer edges of slots at the start or end, have to stay. `partial(safe_edit_problem, reading)` is a check
    for a `Parameter`.

    Args:
        reading: how the text is sent.
        canonical: the new text.
        is_whole: whether it is all of a message: its edges are known then, and new words may stand there.
    """
    parts = reading.parse(canonical)
    if count(parts) != count(reading.parts):
        return f"slots must stay {dict(count(reading.parts))}, the text has {dict(count(parts))}"
    kept = _joints(parts)
    for joint in joints(reading.parts, is_whole):
        if joint not in kept:
            left, gap, right = joint
            return f"{f'only {gap!r}' if gap else 'nothing'} may stand between {left} and {right}"
        kept.remove(joint)
    return _expression_problem(reading, canonical)


def _expression_problem(reading: Reading, canonical: str) -> str | None:
    try:
        reading.to_source(canonical)
    except CannotExportError as error:
        return str(error)
    return None


def told(joint: tuple[str, str, str]) -> str:
    """A joint in the words of who asks for a new text.

    >>> told(("{day}", ".", END))
    'Let the text end with "{day}." as it does now: new words go before that, none behind it.'
    """
    left, gap, right = joint
    between = gap.replace("\n", "\\n")
    if left == START:
        return f'Let the text begin with "{between}{right}" as it does now: new words go behind that, none before it.'
    if right == END:
        return f'Let the text end with "{left}{between}" as it does now: new words go before that, none behind it.'
    return f'Keep "{left}{between}{right}" together as it is.'


def joints(parts: Sequence[Part], is_whole: bool) -> list[tuple[str, str, str]]:
    """Those that have to stay."""
    return [one for one in _joints(parts) if not (is_whole and (one[0] == START or one[2] == END))]


def _joints(parts: Sequence[Part]) -> list[tuple[str, str, str]]:
    """Each stretch without a word between two slots, or between a slot and an edge of the text."""
    joints = []
    left, gap = START, ""
    for part in [*parts, None]:
        if isinstance(part, str):
            gap += part
            continue
        right = END if part is None else "{" + part.name + "}"
        if not any(char.isalnum() for char in gap) and not left == START == right:
            joints.append((left, gap, right))
        left, gap = right, ""
    return joints
