"""What a run is after: a better score, or a lower cost at a score that is not worse by more than a margin."""

from __future__ import annotations

import re
from dataclasses import dataclass

from llmdl_plugins.errors import MisuseError


@dataclass(frozen=True)
class Aim:
    """Without a margin a better score; with one a lower cost, and a score that is worse by less than that.

    Args:
        margin: by how much a cheaper application may be worse, as a share.
    """

    margin: float | None = None

    @classmethod
    def parse(cls, text: str | Aim) -> Aim:
        """An aim from words.

        Raises:
            MisuseError: it can't be read.

        >>> Aim.parse("cost, 3 points")
        Aim(margin=0.03)
        """
        if isinstance(text, Aim):
            return text
        if str(text).strip().lower() == "score":
            return cls()
        found = re.fullmatch(r"cost\s*,?\s*(\d+(?:\.\d+)?)\s*points?", str(text).strip().lower())
        if not found or not 0 < float(found[1]) < 100:
            raise MisuseError(
                f'Can\'t read the aim {text!r}: write "score" (better answers), or "cost, 3 points" (cheaper, and '
                "worse by less than 3 points of 100). How much worse is harmless, you know best."
            )
        return cls(float(found[1]) / 100)

    def __str__(self) -> str:
        return "score" if self.margin is None else f"cost, {100 * self.margin:g} points"


SCORE = Aim()
