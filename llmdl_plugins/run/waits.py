"""How long a server asks to wait before it is asked again."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from llmdl_plugins.run.faults import chain

LONGEST = 60.0
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


def retry_after(error: BaseException) -> float:
    """Seconds that the server asks to wait, a minute at most, or 0.

    It says so in `retry-after-ms`, in `retry-after` (seconds or a date), or in `x-ratelimit-reset-…`.
    """
    for one in chain(error):
        headers = getattr(getattr(one, "response", None), "headers", None) or {}
        wanted = _asked(headers) if headers else getattr(one, "retry_after", None)
        if isinstance(wanted, int | float):
            return float(wanted) if 0 <= wanted <= LONGEST else LONGEST
    return 0.0


def _asked(headers: Mapping[str, str]) -> float | None:
    millis = _number(headers.get("retry-after-ms"))
    if millis is not None:
        return millis / 1000
    said = headers.get("retry-after") or ""
    seconds = _number(said)
    if seconds is None:
        seconds = _until(said, headers.get("date"))
    return seconds if seconds is not None else _reset(headers)


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _until(text: str, now: str | None) -> float | None:
    """Seconds until a date, by the server's own clock where it tells it."""
    try:
        then = parsedate_to_datetime(text).timestamp()
        here = parsedate_to_datetime(now).timestamp() if now else time.time()
    except ValueError:
        return None
    return max(0.0, then - here)


def _reset(headers: Mapping[str, str]) -> float | None:
    """Until all that is used up is there again, as OpenAI and those who speak like it say."""
    used_up = [what for what in ("requests", "tokens") if headers.get(f"x-ratelimit-remaining-{what}") == "0"]
    told = [_duration(headers.get(f"x-ratelimit-reset-{what}") or "") for what in used_up]
    return max((seconds for seconds in told if seconds is not None), default=None)


def _duration(text: str) -> float | None:
    """Seconds of `6m0s` or `20ms`.

    >>> _duration("1h2m0.5s")
    3720.5
    """
    if not _DURATION.fullmatch(text):
        return _number(text)
    return sum(float(amount) * _UNITS[unit] for amount, unit in _PART.findall(text))
