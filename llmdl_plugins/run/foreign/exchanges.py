"""What a step's model was asked beside the prompt of a parameter, and what it said: one demonstration each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from llmdl_plugins import slots as slot_law
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.plain import dumps
from llmdl_plugins.tape import Tape

_HOLE = "(.*?)"


def exchanges(tape: Tape, parameter: Parameter, value: str, shows: Parameter | None) -> Iterator[tuple[str, str]]:
    """Each model call that showed a parameter's text: what was asked beside it, and the answer.

    Args:
        value: the text in force in this run.
        shows: the parameter that shows its worked examples, which may say itself how a step is told.
    """
    form = _form(value, parameter.slots)
    for step in tape.steps:
        if parameter not in step.reads or step.error:
            continue
        if shows is not None and shows.worked is not None:
            if (demo := shows.worked(step.inputs, step.outputs)) is not None:
                yield demo["input"], demo["output"]
            continue
        showing = [c for c in step.calls if any(form.search(text) for _, text in _texts(c.messages))]
        for call in showing or step.calls:
            if call.answer is not None:
                yield _asked(call.messages, form, parameter.slots), _answered(call.answer)


def _form(value: str, slots: Sequence[str]) -> re.Pattern[str]:
    """Finds the text in a message, whatever its slots are filled with."""
    parts = slot_law.parse(value, slots)
    form = "".join(_HOLE if isinstance(part, slot_law.Slot) else re.escape(part) for part in parts)
    # A hole at the end holds all that is left.
    return re.compile(form.removesuffix(_HOLE) + "(.*)" if form.endswith(_HOLE) else form, re.S)


def _asked(messages: Any, form: re.Pattern[str], slots: Sequence[str]) -> str:
    texts = _texts(messages)
    last = max((n for n, (kind, _) in enumerate(texts) if kind == "human"), default=len(texts) - 1)
    said: list[str] = []
    for n, (_, text) in enumerate(texts):
        if found := form.search(text):
            said += [one for one in found.groups() if one]
            rest = (text[: found.start()] + text[found.end() :]).strip()
            if n == last:
                return "\n".join([*said, *([rest] if rest else [])])
    return "\n".join([*said, texts[last][1]]) if texts else ""


def _texts(messages: Any) -> list[tuple[str, str]]:
    return [(str(m.get("type", "")), _text(m.get("content"))) for m in messages or () if isinstance(m, dict)]


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    return "\n".join(b if isinstance(b, str) else str(b.get("text", "")) for b in blocks if isinstance(b, str | dict))


def _answered(answer: Any) -> str:
    calls = answer.get("tool_calls")
    text = _text(answer.get("content"))
    return text if text or not calls else dumps([{"name": c.get("name"), "args": c.get("args")} for c in calls])
