"""What a model's text says: yes, nothing, a number, a name, or what most say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence


def bare(text: str) -> str:
    """A text without case and the marks around it.

    >>> bare("**Billing.**")
    'billing'
    """
    return text.casefold().strip(" .!\"'`*")


def place_of(name: str, text: str) -> int | None:
    """Where a text first says a name, as a word of its own, whatever its case; None where it does not.

    >>> place_of("billing", "Is it Billing?"), place_of("billing", "rebilling")
    (6, None)
    """
    found = re.search(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", text)
    return found.start() if found else None


def most_common(said: Sequence[str]) -> int:
    """Where what is said most often stands first; of equals the first.

    >>> most_common(["a", "b", "b"])
    1
    """
    return said.index(Counter(said).most_common(1)[0][0])


def pooled(texts: Sequence[str], by: str) -> str:
    """One text of several; of none, the empty one.

    >>> pooled(["Yes", "no", "yes."], "majority"), pooled(["2", "about 3"], "sum")
    ('Yes', '5')
    """
    if by == "sum":
        return f"{sum(map(first_number, texts)):g}"
    if by == "concat" or not texts:
        return "\n".join(texts)
    if by == "max":
        return max(texts, key=first_number)
    return texts[most_common([bare(" ".join(text.split())) for text in texts])]


def says_nothing(critique: str) -> bool:
    """Whether a critic has found nothing wrong.

    >>> says_nothing("None."), says_nothing("None of the names is right")
    (True, False)
    """
    return bare(critique.strip()) in ("", "none", "ok", "nothing")


def says_yes(said: str) -> bool:
    """Whether a judge has said yes, before anything else.

    >>> says_yes("**Yes**, it is."), says_yes("No. Yes would be wrong.")
    (True, False)
    """
    return bool(re.match(r"\W*yes\b", said, re.IGNORECASE))


def first_number(said: str) -> float:
    """The first number in a text, or 0 where there is none.

    >>> first_number("I am 85 % sure"), first_number("sure")
    (85.0, 0.0)
    """
    found = re.search(r"\d+(\.\d+)?", said)
    return float(found.group()) if found else 0.0
