"""A model that fills in the fields that an adapter of DSPy asks for, in the adapter's own form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import dspy

from llmdl_dspy import as_lm
from llmdl_plugins.testing import ScriptedChat

Value = Callable[[str, str, str], Any]


def filling(value: Value, **options: Any) -> dspy.LM:
    """A `dspy.LM` that answers with a value for every field.

    Args:
        value: field, system message and last message → the value.
    """
    return as_lm(chatting(value), **options)


def chatting(value: Value) -> ScriptedChat:
    """The same as a chat model."""

    def said(messages: Any, settings: Any) -> str:
        return answer(str(messages[0].content), str(messages[-1].content), value)

    return ScriptedChat(said)


def answer(system: str, last: str, value: Value) -> str:
    """The answer to a request of a Chat-, JSON- or XMLAdapter."""
    ask = last[last.rfind("Respond") :]
    if "JSON object in" in ask:
        return json.dumps({name: value(name, system, last) for name in re.findall(r"`(\w+)`", ask)})
    if "[[ ##" in ask:
        names = [n for n in dict.fromkeys(re.findall(r"\[\[ ## (\w+) ## \]\]", ask)) if n != "completed"]
        rows = [f"[[ ## {name} ## ]]\n{_text(value(name, system, last))}" for name in names]
        return "\n\n".join([*rows, "[[ ## completed ## ]]"])
    names = re.findall(r"`<(\w+)>`", ask)
    return "\n".join(f"<{name}>{_nested(value(name, system, last))}</{name}>" for name in names)


def _nested(value: Any) -> str:
    """A value as XML has it."""
    if isinstance(value, list):
        return "".join(f"<item>{_nested(one)}</item>" for one in value)
    if isinstance(value, dict) and value:
        return "".join(f"<{key}>{_nested(one)}</{key}>" for key, one in value.items())
    return f"\n{_text(value)}\n"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def marked(field: str, system: str, last: str) -> Any:
    """The mark `CAND-n` of the instructions, in the type that the field needs."""
    found = re.search(r"CAND-(\d+)", system)
    if field == "number":
        return int(found[1]) if found else -1
    if field == "words":
        return ["x"]
    if field == "next_tool_name":
        return "finish" if "observation_0" in last else "search"
    if field == "next_tool_args":
        return {} if "observation_0" in last else {"query": "rain"}
    return found[0] if found else "none"
