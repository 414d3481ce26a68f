"""A model that tells even numbers where it is asked politely, or is shown how; and a teacher that asks it so."""

from __future__ import annotations

import re
from typing import Any

import dspy

from llmdl_dspy import as_lm
from llmdl_plugins.testing import ScriptedChat

ASKED = "Please say whether the number is even."


def said(messages: Any, settings: Any) -> str:
    """The fields that a ChatAdapter asks for."""
    system, last = str(messages[0].content), str(messages[-1].content)
    names = [n for n in re.findall(r"\[\[ ## (\w+) ## \]\]", last[last.rfind("Respond") :]) if n != "completed"]
    number = int(re.findall(r"number (\d+)", last)[-1])
    knows = "Please" in system or len(messages) > 2
    fields = {
        "reasoning": "It is about a number.",
        "query": f"the number {number}",
        "answer": "even" if number % 2 == 0 and knows else "odd",
    }
    return "\n\n".join([*(f"[[ ## {name} ## ]]\n{fields[name]}" for name in names), "[[ ## completed ## ]]"])


def model() -> dspy.LM:
    """A fresh model."""
    return as_lm(ScriptedChat(said))


def teacher(name: str = "") -> ScriptedChat:
    """A teacher that asks for politeness of the second predictor."""

    def say(messages: Any, settings: Any) -> str:
        asked = str(messages[-1].content)
        if "Write an improved prompt" in asked:
            return f"<prompt>{ASKED}</prompt>"
        return "The prompt is not polite." if 'step "answer"' in asked else "NONE"

    return ScriptedChat(say)


def row(n: int) -> dict[str, Any]:
    """One labelled question."""
    return {"inputs": {"question": f"Is number {n} even?"}, "expected": {"answer": "odd" if n % 2 else "even"}}
