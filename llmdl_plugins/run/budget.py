"""What a run may spend, in words and as limits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf

from llmdl_plugins.errors import BudgetError

_UNITS = {
    "call": ("calls", 1.0),
    "rollout": ("rollouts", 1.0),
    "token": ("tokens", 1.0),
    "usd": ("usd", 1.0),
    "$": ("usd", 1.0),
    "dollar": ("usd", 1.0),
    "s": ("seconds", 1.0),
    "sec": ("seconds", 1.0),
    "second": ("seconds", 1.0),
    "min": ("seconds", 60.0),
    "minute": ("seconds", 60.0),
    "h": ("seconds", 3600.0),
    "hour": ("seconds", 3600.0),
}
_THOUSANDS = {None: 1, "k": 1e3, "m": 1e6}
_NUMBER = r"[0-9][0-9_]*\.?[0-9]*(?:e[0-9]+)?"


@dataclass(frozen=True)
class Budget:
    """Limits of a run; None is no limit."""

    calls: float | None = None
    rollouts: float | None = None
    tokens: float | None = None
    usd: float | None = None
    seconds: float | None = None

    @classmethod
    def parse(cls, text: str | Budget | None) -> Budget:
        """A budget from words.

        Raises:
            BudgetError: it can't be read.

        >>> Budget.parse("1e6 tokens, 10 min")
        Budget(calls=None, rollouts=None, tokens=1000000.0, usd=None, seconds=600.0)
        """
        if text is None or isinstance(text, Budget):
            return text or cls()
        if not isinstance(text, str):
            raise BudgetError(f"Can't read the budget {text!r}. {_EXAMPLES}")
        limits: dict[str, float] = {}
        for part in filter(None, (p.strip() for p in re.split(r",|\band\b", text.lower()))):
            name, amount = _limit(part, text)
            if name in limits:
                raise BudgetError(f"The budget {text!r} limits {name} twice: say once what holds.")
            limits[name] = amount
        if not limits:
            raise BudgetError(f"The budget {text!r} names no limit. {_EXAMPLES}")
        return cls(**limits)


_EXAMPLES = (
    'Write "2 usd", "500 calls", "200 rollouts", "1e6 tokens" or "10 min" ("1k calls" for thousands), '
    "or several with commas."
)


def _limit(part: str, text: str) -> tuple[str, float]:
    found = re.fullmatch(rf"(\$?)\s*({_NUMBER})([km](?=\s+[a-z]))?\s*([a-z$]*)", part)
    unit = found[1] + found[4] if found else ""
    name, factor = _UNITS.get(unit) or _UNITS.get(unit.rstrip("s")) or ("", 0.0)
    if not found or not name:
        raise BudgetError(f"Can't read {part!r} in the budget {text!r}. {_EXAMPLES}")
    amount = float(found[2].replace("_", "")) * factor * _THOUSANDS[found[3]]
    if amount == inf:
        raise BudgetError(f"The budget {text!r} is too large a number: leave {name} out, and there is no limit.")
    if amount <= 0:
        raise BudgetError(f"The budget {text!r} allows nothing: {part!r} must be more than 0.")
    return name, amount
