"""Whether a text is prose that a match can be trusted on, or so short that it occurs by chance."""

from __future__ import annotations

import re
from collections.abc import Sequence

from llmdl_plugins.slots import Part

ANCHOR_CHARS = 12
WORDS = 3

_WORD = re.compile(r"[\u2e80-\ud7ff]|[^\W\d_]{2,}")
_PROSE = re.compile(r"\s|[\u2e80-\ud7ff]")  # scripts without spaces are prose too


def anchor(parts: Sequence[Part]) -> str:
    """The longest literal, which a text must contain to match at all."""
    literals = [part for part in parts[:-1] if isinstance(part, str)]
    literals += [part.rstrip() for part in parts[-1:] if isinstance(part, str)]
    return max(literals, key=len, default="")


def is_telling(parts: Sequence[Part]) -> bool:
    """Whether the literals are prose, so that a match is no coincidence."""
    words = _WORD.findall(" ".join(part for part in parts if isinstance(part, str)))
    longest = anchor(parts).strip()
    return len(words) >= WORDS and len(longest) >= ANCHOR_CHARS and _PROSE.search(longest) is not None
