"""Which parameters a sent text is made of: the outermost first, then what fills it, then what surrounds it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from llmdl_langgraph.matching.readings import Reading
from llmdl_langgraph.matching.texts import Text
from llmdl_langgraph.wording.matcher import MOST, Match
from llmdl_plugins.parameter import Parameter
from llmdl_plugins.slots import Part, Slot

DEPTH = 40
Found = tuple[Text, Reading, Match]
_EDGES = " \t'\"`*_#>•-"
_KEY = re.compile(r"""(?:\w=|["']: ?|[\[({,] ?)["']\Z""")  # of a record that is printed, or an item of a list in it
_ROLE = re.compile(r"^(System|Human|AI): \Z", re.M)  # as LangChain writes messages that are made one text


class Explained(NamedTuple):
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
        start, end = self._own_span
        return self.sent[start:end]

    @property
    def is_on_lines(self) -> bool:
        """Whether what it says stands on lines of its own."""
        start, end = self._own_span
        begins, ends = _is_at_lines(self.sent, start, end)
        return (begins or start > self.match.start) and (ends or end < self.match.end or self.said.endswith("\n"))

    @property
    def is_recorded(self) -> bool:
        """Whether it stands as a value, quoted as Python and JSON quote it, in a record that is printed."""
        start, end = self._own_span
        return bool(_KEY.search(self.sent, 0, start)) and self.sent[end : end + 1] == self.sent[start - 1]

    def is_all_of(self, message: str) -> bool:
        """Whether it is all that a message can be taken to say, slots and all."""
        return self.sent == message and self.reading.matcher(is_whole=True).search(message) is not None

    @property
    def _own_span(self) -> tuple[int, int]:
        lead, trail = (len(self._value(self.reading.parts[n])) for n in (0, -1))
        return self.match.start + lead, self.match.end - trail

    def _value(self, part: Part) -> str:
        return self.match.values[part.name] if isinstance(part, Slot) else ""


Explanation = Explained | str


def explain(sent: str, texts: Sequence[Text]) -> Explanation:
    """The parameters that a sent text is made of; the text itself where there are none."""
    near = dict.fromkeys([text for text in texts for anchor in text.anchors if anchor in sent])
    return _explain(sent, [*near], DEPTH)


def _explain(sent: str, texts: Sequence[Text], depth: int) -> Explanation:
    found = _best(_found(sent, texts, depth == DEPTH), sent) if sent and texts and depth else None
    if found is None:
        return sent
    text, reading, match = found
    values = {name: _explain(v, texts, depth - 1 if v != sent else 0) for name, v in match.values.items()}
    before, after = _explain(sent[: match.start], texts, depth - 1), _explain(sent[match.end :], texts, depth - 1)
    return Explained(text, sent, reading, match, before, after, values)


def _best(found: Sequence[Found], sent: str) -> Found | None:
    """The outermost match; what has more text of its own and stands across its joints stands in a slot, or was sent."""
    if len(found) < 2:
        return found[0] if found else None
    best, kept = max(found, key=_size, default=None), list[Found]()
    while best is not None and (across := [one for one in found if _stands_only_across(one, best, found)]):
        kept += across
        best = _around(best, kept, sent) or max(across, key=_size)
    return best


def _around(found: Found, others: Sequence[Found], sent: str) -> Found | None:
    """The same text with its joints elsewhere, so that the others stand in its slots; or None."""
    text, reading, _ = found
    matcher = next(finds for read, finds in text.searches if read is reading)
    match = matcher.search_around(sent, [(other[2].start, other[2].end) for other in others])
    moved = match and (text, reading, match)
    return moved if moved and not any(_stands_across(other, moved) for other in others) else None


def _stands_only_across(one: Found, other: Found, found: Sequence[Found]) -> bool:
    """Whether it stands across, and does so in each of its readings: white space at its edges may be the other's."""
    same = (way for way in found if way[0] is one[0] and way[2].start < one[2].end and one[2].start < way[2].end)
    return _stands_across(one, other) and all(_stands_across(way, other) for way in same)


def _stands_across(one: Found, other: Found) -> bool:
    longer = one[1].literal_chars > other[1].literal_chars
    return longer and any(one[2].start < joint < one[2].end for joint in _joints(other))


def _joints(found: Found) -> list[int]:
    """Where the literals of a match begin and end, but for its own edges."""
    _, reading, match = found
    lengths = [len(match.values[part.name] if isinstance(part, Slot) else part) for part in reading.parts]
    return [match.start + at for at in accumulate(lengths[:-1])]


def _found(sent: str, texts: Iterable[Text], is_whole: bool) -> list[Found]:
    # Most texts are not in it, and a look at one word of theirs tells so.
    return [
        (text, reading, match)
        for text in texts
        for reading, matcher in text.searches
        if matcher.anchor in sent
        and (match := matcher.search(sent))
        and not (reading.is_phrase and not any(_is_at_lines(sent, match.start, match.end)))
        and not (reading.is_opening and not _begins_message(reading, match, sent, is_whole))
    ]


def _begins_message(reading: Reading, match: Match, sent: str, is_whole: bool) -> bool:
    """Whether a text is all of a message, one that is written with its role included, or added to it on a new line."""
    if match.end != len(sent):
        return False
    is_added = isinstance(first := reading.parts[0], str) and first.startswith("\n")
    return is_added or (is_whole and match.start == 0) or bool(_ROLE.search(sent, 0, match.start))


def _is_at_lines(sent: str, start: int, end: int) -> tuple[bool, bool]:
    """Whether a span begins where a line does, and whether it ends where one does; quotes and bullets don't count."""
    before, after = sent[:start].rstrip(_EDGES), sent[end:].lstrip(_EDGES)
    return not before or before.endswith("\n"), not after or after.startswith("\n")


def _size(found: Found) -> tuple[int, int]:
    _, reading, match = found
    return match.end - match.start, reading.literal_chars


def parameters(explanation: Explanation) -> Iterator[Parameter]:
    """The parameters in an explained text, in order."""
    for explained in explained_in(explanation):
        yield explained.text.parameter


def is_explained(explanation: Explanation, sent: str) -> bool:
    """Whether nearly all of a text is explained, slots and all."""
    return _covered(explanation) >= MOST * len(sent)


def _covered(explanation: Explanation) -> int:
    if isinstance(explanation, str):
        return 0
    here = explanation.match.end - explanation.match.start
    return _covered(explanation.before) + here + _covered(explanation.after)


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
    here = match.rewrite(parts, filled)
    return rewritten(explanation.before, saying) + here + rewritten(explanation.after, saying)
