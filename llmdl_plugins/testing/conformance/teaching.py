"""A teacher for the cases: the simulated one, which forgets slots, made to keep them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from langchain_core.messages import BaseMessage

from llmdl_plugins.testing.chat import SimulatedChat
from llmdl_plugins.testing.exchange import Reply

SLOT = "{kind}"


class Teaching(SimulatedChat):
    """Where it is asked about a prompt with the slot, its new prompt has it too."""

    def _ask(self, messages: Sequence[BaseMessage], kwargs: dict[str, Any]) -> Reply:
        reply = super()._ask(messages, kwargs)
        if reply.role != "proposer" or SLOT not in messages[-1].text:
            return reply
        return replace(reply, texts=tuple(map(_with_slot, reply.texts)))


def _with_slot(text: str) -> str:
    if SLOT in text:
        return text
    return re.sub(r"(</\w+>\s*)?$", rf" Its kind: {SLOT}.\1", text, count=1)
