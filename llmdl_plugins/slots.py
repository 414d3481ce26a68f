"""The slot law: what braces mean in the text of a parameter.

`{name}` of a known slot is the slot, `{{name}}` of a known slot is its literal, and every other brace is literal.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Slot:
    """A place in a text that the application fills at run time."""

    name: str


Part = str | Slot


def parse(text: str, slots: Sequence[str]) -> list[Part]:
    """Literal parts and slots of a text, in order.

    >>> parse('Answer {question} as {"a": 1}, not {{question}}.', ["question"])
    ['Answer ', Slot(name='question'), ' as {"a": 1}, not {question}.']
    """
    if not slots:
        return [text] if text else []
    names = "|".join(re.escape(s) for s in sorted(set(slots), key=len, reverse=True))
    parts: list[Part] = []
    at = 0
    for match in re.finditer(rf"\{{\{{(?P<literal>{names})\}}\}}|\{{(?P<slot>{names})\}}", text):
        _literal(parts, text[at : match.start()])
        if match["slot"]:
            parts.append(Slot(match["slot"]))
        else:
            _literal(parts, "{" + match["literal"] + "}")
        at = match.end()
    _literal(parts, text[at:])
    return parts


def unparse(parts: Sequence[Part], slots: Sequence[str]) -> str:
    """The text that `parse` reads as these parts.

    >>> unparse(["Use {x} or ", Slot("x")], ["x"])
    'Use {{x}} or {x}'
    """
    return "".join("{" + p.name + "}" if isinstance(p, Slot) else _escape(p, slots) for p in parts)


def render(parts: Sequence[Part], values: Mapping[str, str]) -> str:
    """The parts with every slot filled."""
    return "".join(values[p.name] if isinstance(p, Slot) else p for p in parts)


def filled(text: str, **values: str) -> str:
    """A text with every slot filled.

    >>> filled("At most {bound} tokens.", bound="9")
    'At most 9 tokens.'
    """
    return render(parse(text, list(values)), values)


def count(parts: Sequence[Part]) -> Counter[str]:
    """How often each slot occurs."""
    return Counter(p.name for p in parts if isinstance(p, Slot))


def _literal(parts: list[Part], text: str) -> None:
    if not text:
        return
    if parts and isinstance(parts[-1], str):
        parts[-1] += text
    else:
        parts.append(text)


def _escape(text: str, slots: Sequence[str]) -> str:
    for name in slots:
        text = text.replace("{" + name + "}", "{{" + name + "}}")
    return text
