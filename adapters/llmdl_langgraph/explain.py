"""Which parameters a sent text is made of: the outermost first, then what fills it, then what surrounds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from llmdl_langgraph.matcher import Match
from llmdl_langgraph.readings import Reading
from llmdl_langgraph.texts import Text
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.slots import Part, Slot

DEPTH = 40
_EDGES = " \t'\"`*-"


@dataclass(frozen=True)
class Explained:
    """A parameter found in a text.

    Args:
        text: the parameter.
        sent: the text that it was found in.
        reading: the way in which it was sent.
        match: where it was found.
        before, after: what surrounds it.
        values: what fills its slots.
    """

    text: Text
    sent: str
    reading: Reading
    match: Match
    before: Explanation
    after: Explanation
    values: Mapping[str, Explanation]

    @property
    def said(self) -> str:
        """What it says by itself: from its first literal to its last."""
        lead, trail = (self._value(self.reading.parts[n]) for n in (0, -1))
        return self.sent[self.match.start + len(lead) : self.match.end - len(trail)]

    def _value(self, part: Part) -> str:
        return self.match.values[part.name] if isinstance(part, Slot) else ""


Explanation = Explained | str


def explain(sent: str, texts: Sequence[Text], depth: int = DEPTH) -> Explanation:
    """The parameters that a sent text is made of; the text itself where there are none."""
    found = max(_found(sent, texts), key=_size, default=None) if sent and depth else None
    if found is None:
        return sent
    text, reading, match = found
    values = {name: explain(v, texts, depth - 1 if v != sent else 0) for name, v in match.values.items()}
    before, after = sent[: match.start], sent[match.end :]
    around = explain(before, texts, depth - 1), explain(after, texts, depth - 1)
    return Explained(text, sent, reading, match, *around, values)


def _found(sent: str, texts: Iterable[Text]) -> Iterator[tuple[Text, Reading, Match]]:
    for text in texts:
        for reading, matcher in text.searches:
            # Most texts are not in it, and a look at one word of theirs tells so.
            if (
                matcher.anchor in sent
                and (match := matcher.search(sent))
                and not (reading.is_phrase and _is_mid_sentence(match, sent))
            ):
                yield text, reading, match


def _is_mid_sentence(match: Match, sent: str) -> bool:
    before, after = sent[: match.start].rstrip(_EDGES), sent[match.end :].lstrip(_EDGES)
    return not (not before or before.endswith("\n") or not after or after.startswith("\n"))


def _size(found: tuple[Text, Reading, Match]) -> tuple[int, int]:
    _, reading, match = found
    return match.end - match.start, reading.literal_chars


def parameters(explanation: Explanation) -> Iterator[Parameter]:
    """The parameters in an explained text, in order."""
    for explained in explained_in(explanation):
        yield explained.text.parameter


def explained_in(explanation: Explanation) -> Iterator[Explained]:
    """Every match in an explained text, in order."""
    if isinstance(explanation, Explained):
        yield from explained_in(explanation.before)
        yield explanation
        for value in explanation.values.values():
            yield from explained_in(value)
        yield from explained_in(explanation.after)


def explained_inside(explanation: Explanation) -> Iterator[Explained]:
    """The matches that stand in a slot of another."""
    for explained in explained_in(explanation):
        for value in explained.values.values():
            yield from explained_in(value)


class Saying:
    """What each text says under some values, in each of its readings; worked out once.

    Args:
        values: the parameters whose values are not their default.
    """

    def __init__(self, values: Mapping[Parameter, str]) -> None:
        self._values = values
        self._known: dict[int, tuple[Reading, tuple[Part, ...]]] = {}  # by identity: a reading is slow to compare

    def __call__(self, text: Text, reading: Reading) -> tuple[Part, ...]:
        """What is sent in this reading."""
        if text.parameter not in self._values:
            return reading.parts
        if (known := self._known.get(id(reading))) is None:
            parts = text.sent_as(reading, self._values[text.parameter])
            known = self._known[id(reading)] = reading, parts
        return known[1]


def rewritten(explanation: Explanation, saying: Saying) -> str:
    """The text as the source would send it, if it held these values."""
    if isinstance(explanation, str):
        return explanation
    match, parts = explanation.match, saying(explanation.text, explanation.reading)
    filled = {name: rewritten(value, saying) for name, value in explanation.values.items()}
    here = Match(match.start, match.end, filled, match.stripped).rewrite(parts)
    return rewritten(explanation.before, saying) + here + rewritten(explanation.after, saying)
