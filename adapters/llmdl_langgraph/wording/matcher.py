"""Find a template in a text that was really sent, and the values of its slots there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from llmdl_langgraph.wording.prose import anchor
from llmdl_plugins.slots import Part, Slot, count, render

STEPS = 20_000
HIDDEN = "\0"
MOST = 0.8  # of a text: then what is found there is what was said

Values = dict[str, str]


class Match(NamedTuple):
    """A template found in a text.

    Args:
        start, end: the span of the text that it explains.
        values: what fills each slot there.
        stripped: whether the white space at the template's end was cut off.
    """

    start: int
    end: int
    values: Values
    stripped: bool = False

    def is_most_of(self, text: str) -> bool:
        """Whether the template explains nearly all of the text that it was found in."""
        return self.end - self.start >= MOST * len(text)

    def rewrite(self, parts: Sequence[Part], values: Values | None = None) -> str:
        """The text of the span with other parts and the same values, or with others."""
        if self.stripped and parts and isinstance(last := parts[-1], str):
            parts = [*parts[:-1], last.rstrip()]
        return render(parts, self.values if values is None else values)


class Matcher:
    """Searches a template: literals verbatim, slots as short as can be, a last slot to the end of the text.

    It steps from literal to literal and doesn't backtrack, so a hostile text can't make it slow; only a slot that
    occurs twice, which must hold equal text, is tried again, and that a bounded number of times.

    >>> found = Matcher(["Write a poem about ", Slot("topic"), "."]).search("Hi. Write a poem about rain. Thanks.")
    >>> found.values, found.rewrite(["Sing of ", Slot("topic"), "!"])
    ({'topic': 'rain'}, 'Sing of rain!')

    Args:
        parts: the template.
        is_whole: whether nothing can stand around it: its last literal is at the end then, whatever its slots hold.
    """

    def __init__(self, parts: Sequence[Part], is_whole: bool = False) -> None:
        self.parts = tuple(parts)
        self.is_whole = is_whole
        self.anchor = anchor(parts)
        self.literal_chars = sum(len(part) for part in parts if isinstance(part, str))
        self._repeats = any(n > 1 for n in count(parts).values())

    def search(self, text: str) -> Match | None:
        """The first place where the template explains the text, or None."""
        if not self.parts or self.anchor not in text:
            return None
        if not self._repeats:  # what fails from the first start fails from every later one
            return self._straight(text)
        steps = iter(range(STEPS))
        for start in self._starts(text):
            if found := self._follow(text, start, 0, {}, steps):
                return self._match(text, start, *found)
            if next(steps, None) is None:
                return None
        return None

    def _straight(self, text: str) -> Match | None:
        """The same where no slot occurs twice, so that each part stands where it can stand first."""
        if (start := 0 if self.is_whole else self._first(text, 0, 0)) is None:
            return None
        at, values = start, Values()
        for n, part in enumerate(self.parts):
            end = self._literal_end(text, at, n, part) if isinstance(part, str) else self._first(text, at, n + 1)
            if end is None:
                return None
            if isinstance(part, Slot):
                values[part.name] = text[at:end]
            at = end
        return None if self.is_whole and at < len(text) else self._tightened(text, start, at, values)

    def _first(self, text: str, at: int, n: int) -> int | None:
        """Where the n-th part stands first, from here on."""
        if n == len(self.parts):
            return len(text)
        if isinstance(part := self.parts[n], Slot):
            return at
        is_last = n == len(self.parts) - 1
        if is_last and self.is_whole:
            at = max(at, len(text) - len(part))
        if (found := text.find(part, at)) != -1:
            return found
        body = part.rstrip() if is_last else part
        return len(text) - len(body) if body != part and text.endswith(body) else None

    def search_around(self, text: str, kept: Iterable[tuple[int, int]]) -> Match | None:
        """The first place where the template explains the text with none of its own words inside these spans.

        >>> text = "Rules: be kind\\nbe brief\\nIt is late"
        >>> around = Matcher(["Rules: ", Slot("rules"), "\\n", Slot("time")])
        >>> around.search(text).values, around.search_around(text, [(7, 23)]).values
        ({'rules': 'be kind', 'time': 'be brief\\nIt is late'}, {'rules': 'be kind\\nbe brief', 'time': 'It is late'})
        """
        hidden = text
        for start, end in kept:
            hidden = hidden[:start] + HIDDEN * (end - start) + hidden[end:]
        if (found := self.search(hidden)) is None:
            return None
        moved = found._replace(values=self._values(text, found))
        return moved if moved.rewrite(self.parts) == text[moved.start : moved.end] else None

    def _values(self, text: str, match: Match) -> Values:
        """What fills the slots in a text of which parts were hidden from the match."""
        at, values = match.start, {}
        for part in self.parts:
            end = at + len(match.values[part.name] if isinstance(part, Slot) else part)
            if isinstance(part, Slot):
                values[part.name] = text[at:end]
            at = end
        return values

    def _starts(self, text: str) -> Iterable[int]:
        first = self.parts[0]
        if self.is_whole:
            return (0,)
        if isinstance(first, str):
            return self._stops(text, 0, 0, {})
        # A first slot takes all text before the next literal, unless its other occurrence says how much is its own.
        return range(len(text) + 1) if count(self.parts)[first.name] > 1 else (0,)

    def _follow(self, text: str, at: int, n: int, values: Values, steps: Iterator[int]) -> tuple[int, Values] | None:
        """Where the n-th and all later parts end when they begin here, and the values of all slots."""
        if n == len(self.parts):
            return None if self.is_whole and at < len(text) else (at, values)
        part = self.parts[n]
        if isinstance(part, Slot) and part.name not in values:
            return self._fill(text, at, n, part.name, values, steps)
        end = self._literal_end(text, at, n, _text(part, values) or "")
        return None if end is None else self._follow(text, end, n + 1, values, steps)

    def _fill(
        self, text: str, at: int, n: int, name: str, values: Values, steps: Iterator[int]
    ) -> tuple[int, Values] | None:
        for stop in self._stops(text, at, n + 1, values):
            found = self._follow(text, stop, n + 1, {**values, name: text[at:stop]}, steps)
            if found or next(steps, None) is None:
                return found
        return None

    def _stops(self, text: str, at: int, n: int, values: Values) -> Iterator[int]:
        """Where the n-th part can begin, from here on."""
        if n == len(self.parts):
            yield len(text)
            return
        known = _text(self.parts[n], values)
        if known is None:
            yield from range(at, len(text) + 1)
            return
        if self.is_whole and n == len(self.parts) - 1 and isinstance(self.parts[n], str):
            at = max(at, len(text) - len(known))
        while (at := text.find(known, at)) != -1:
            yield at
            at += 1
        if n == len(self.parts) - 1 and (body := known.rstrip()) != known and text.endswith(body):
            yield len(text) - len(body)

    def _literal_end(self, text: str, at: int, n: int, literal: str) -> int | None:
        if text.startswith(literal, at):
            return at + len(literal)
        if n == len(self.parts) - 1 and isinstance(self.parts[n], str) and text[at:] == literal.rstrip():
            return len(text)
        return None

    def _tightened(self, text: str, start: int, end: int, values: Values) -> Match:
        first = self.parts[0]
        if start and isinstance(first, str) and len(self.parts) > 2:
            # Words before the template may be its first literal by chance: take the one nearest to the slot's end.
            slot = next(part.name for part in self.parts if isinstance(part, Slot))
            stop = start + len(first) + len(values[slot])
            start = text.rindex(first, start, stop)
            values = {**values, slot: text[start + len(first) : stop]}
        return self._match(text, start, end, values)

    def _match(self, text: str, start: int, end: int, values: Values) -> Match:
        last = self.parts[-1]
        stripped = isinstance(last, str) and last != last.rstrip() and not text.endswith(last, 0, end)
        return Match(start, end, values, stripped)


def _text(part: Part, values: Values) -> str | None:
    """What has to stand at a part, as far as that is known."""
    return part if isinstance(part, str) else values.get(part.name)
