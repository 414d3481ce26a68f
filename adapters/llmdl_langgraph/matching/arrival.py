"""Whether a changed text would arrive in what is sent: each is tried with a mark in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from llmdl_langgraph.matching.explain import Saying, explain, explained_in, rewritten
from llmdl_langgraph.matching.texts import Text
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.slots import Slot, unparse

MARK = "(mark) "
_UNMARKED = re.compile(re.escape(MARK), re.I)
FEW = 3
MIXED = "it is also sent amid other words, where a change would not reach it"
LOST = "a change would not arrive in what is sent"


def lost(seen: Mapping[Text, Sequence[str]], texts: Sequence[Text], sent: Sequence[str] = ()) -> dict[Text, str]:
    """The texts whose changes don't arrive, with the reason.

    Args:
        seen: text → messages that it was found in.
        texts: all texts that can be in them.
        sent: every message.
    """
    found = {text: _problem(text, messages[:FEW], texts) for text, messages in seen.items()}
    mixed = {text: MIXED for text in seen if _is_mixed(text, texts, sent)}
    return {text: why for text, why in {**found, **mixed}.items() if why}


def _is_mixed(text: Text, texts: Sequence[Text], sent: Sequence[str]) -> bool:
    """Whether a phrase is also sent where nothing tells it from the words around it."""
    if not text.reading.is_phrase:
        return False
    said = str(text.reading.parts[0])
    here = [explain(message, texts) for message in sent if said in message]
    return any(text not in {found.text for found in explained_in(one)} for one in here)


def _problem(text: Text, messages: Sequence[str], texts: Sequence[Text]) -> str:
    value = next(_marked(text), None)
    if value is None:
        return "no change of it is safe: its slots leave no text of its own"
    return "" if all(_arrives(text.parameter, value, message, texts) for message in messages) else LOST


def _arrives(parameter: Parameter, value: str, message: str, texts: Sequence[Text]) -> bool:
    changed = rewritten(explain(message, texts), Saying({parameter: value}))
    return changed != message and _UNMARKED.sub("", changed).split() == message.split()


def _marked(text: Text) -> Iterator[str]:
    """Values with a mark, at the first word of each stretch of text, that the parameter can take."""
    parts = text.reading.parts
    for n, part in enumerate(parts):
        if not isinstance(part, Slot) and part.strip():
            start = len(part) - len(part.lstrip())
            changed = [*parts[:n], part[:start] + MARK + part[start:], *parts[n + 1 :]]
            value = unparse(tuple(changed), text.reading.slots)
            if text.parameter.problem(value) is None:
                yield value
