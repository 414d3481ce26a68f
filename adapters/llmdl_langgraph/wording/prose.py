"""Whether a text is prose that a match can be trusted on, or so short that it occurs by chance."""

from __future__ import annotations

import re
from collections.abc import Sequence

from llmdl_plugins.slots import Part, Slot

ANCHOR_CHARS = 12
LABEL_CHARS = 10
WORDS = 3
FEW_CHARS, MANY_CHARS = 4, 16
WORDS_OF_A_LABEL = 2
WORDS_OF_A_VALUE = 3
WORDS_OF_A_PHRASE = 8

_WORD = re.compile(r"[\u2e80-\ud7ff]|[^\W\d_]{2,}")
_SENTENCE_ENDS = (".", "!", "?", ":", "。", "！", "？", "：")
_COLONS = (":", "：")
_IDEOGRAPH = re.compile(r"[\u2e80-\ud7ff]")
_PROSE = re.compile(r"\s|[\u2e80-\ud7ff]")  # scripts without spaces are prose too


def anchor(parts: Sequence[Part]) -> str:
    """The longest literal, which a text must contain to match at all."""
    literals = [part for part in parts[:-1] if isinstance(part, str)]
    literals += [part.rstrip() for part in parts[-1:] if isinstance(part, str)]
    return max(literals, key=len, default="")


def is_telling(parts: Sequence[Part]) -> bool:
    """Whether the literals are prose, so that a match is no coincidence."""
    longest = anchor(parts).strip()
    if count_words(parts) >= WORDS and _weight(longest) >= ANCHOR_CHARS and _PROSE.search(longest):
        return True
    # Several short literals in their order are no coincidence either.
    return _has_several(parts, MANY_CHARS)


def is_opening(parts: Sequence[Part]) -> bool:
    """Whether a text begins with a label, or has several, so that it tells a message that it begins."""
    first, *rest = parts or ("",)
    label = first.strip() if isinstance(first, str) else ""
    if len(rest) > 1 and isinstance(rest[1], str) and rest[1].startswith(_COLONS):  # "Task {number}: {task}"
        label += rest[1][0]
    return bool(rest and label) and (_is_label(label) or _has_several(parts, LABEL_CHARS))


def _is_label(text: str) -> bool:
    """Whether a text is a few words, or ends with a colon."""
    if text.endswith(_COLONS):
        return count_words((text,)) > 0 and len(text) > FEW_CHARS
    return count_words((text,)) >= WORDS_OF_A_LABEL and _weight(text) >= LABEL_CHARS


def _has_several(parts: Sequence[Part], chars: int) -> bool:
    """Whether there are several literals with so many characters."""
    solid = [_weight("".join(part.split())) for part in parts if isinstance(part, str)]
    return count_words(parts) > 1 and sum(n >= FEW_CHARS for n in solid) > 1 and sum(solid) >= chars


def _weight(text: str) -> int:
    """How many characters a text has; one that is a word by itself counts for several."""
    return len(text) + 2 * len(_IDEOGRAPH.findall(text))


def is_glue(parts: Sequence[Part]) -> bool:
    """Whether a text only lays out what fills it, with a word or two before each value, or is such a value."""
    if filled := sum(isinstance(part, Slot) for part in parts):
        return count_words(parts) <= WORDS_OF_A_LABEL * filled
    return count_words(parts) <= WORDS_OF_A_VALUE and not anchor(parts).endswith(_SENTENCE_ENDS)


def is_phrase(parts: Sequence[Part]) -> bool:
    """Whether a text is so short that it may be part of a sentence that somebody else wrote."""
    return len(parts) == 1 and count_words(parts) < WORDS_OF_A_PHRASE


def count_words(parts: Sequence[Part]) -> int:
    """How many words stand in the literals."""
    return len(_WORD.findall(" ".join(part for part in parts if isinstance(part, str))))
