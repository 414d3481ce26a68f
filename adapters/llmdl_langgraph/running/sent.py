"""What the runs of a graph sent and what came back, as their tapes tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from llmdl_langgraph.running.binding import WRITTEN_BY_THE_APPLICATION
from llmdl_plugins.plain import strings_in
from llmdl_plugins.tape import Step, Tape


@dataclass(frozen=True)
class Sent:
    """One text of a message.

    Args:
        node: who sends it.
        text: what is sent.
        is_answer: whether it stands in the role of the model.
    """

    node: str
    text: str
    is_answer: bool = False


def sent_in(tape: Tape) -> Iterator[Sent]:
    """The texts that the application itself wrote into messages."""
    answers = {t for step in tape.steps for call in step.calls for t in _texts_of(call.answer)}
    for step in tape.steps:
        node = node_of(step)
        for call in step.calls:
            for message in call.messages if isinstance(call.messages, list) else []:
                role = message.get("type") if isinstance(message, dict) else None
                if role in WRITTEN_BY_THE_APPLICATION:
                    yield from (Sent(node, t) for t in _texts_of(message) if t)
                elif role == "ai":
                    yield from (Sent(node, t, is_answer=True) for t in _texts_of(message) if t and t not in answers)


def came_back(tape: Tape) -> Iterator[str]:
    """What models and tools answered."""
    for step in tape.steps:
        for answer in [*(call.answer for call in step.calls), *(call.answer for call in step.tools)]:
            yield from strings_in(answer)


def node_of(step: Step) -> str:
    """The node that a step is a run of, with those around it; the tools in between, which have a ":", are no nodes."""
    names = re.sub(r"#\d+", "", step.path).split("/")
    return "/".join(name for name in names if ":" not in name)


def _texts_of(message: Any) -> Iterator[str]:
    content = message.get("content") if isinstance(message, dict) else None
    for block in content if isinstance(content, list) else [content]:
        found = block.get("text") if isinstance(block, dict) else block
        if isinstance(found, str):
            yield found
