"""From which score on a row went well: some losses, as judges, never give the highest."""

from __future__ import annotations

_HALF, _NEAR = 0.5, 0.9


def well(best: float) -> float:
    """The highest score; or one near the best that any row had, where none had that.

    Args:
        best: that any row had so far.

    >>> well(1.0), round(well(0.8), 2), well(0.2)
    (1.0, 0.72, 0.5)
    """
    return 1.0 if best >= 1 else max(_HALF, _NEAR * best)
