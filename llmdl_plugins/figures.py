"""How shares, differences and amounts are written."""

from __future__ import annotations


def percent(share: float, digits: int = 1) -> str:
    """A share.

    >>> percent(0.117), percent(0.117, 0)
    ('11.7 %', '12 %')
    """
    return f"{100 * share:.{digits}f} %"


def points(difference: float) -> str:
    """A difference of shares in points, with its sign.

    >>> points(-0.06)
    '−6.0'
    """
    return f"{100 * difference:+.1f}".replace("-", "−")


def chance(p: float) -> str:
    """A p value, never as nought.

    >>> chance(9.1e-14), chance(0.0432)
    ('< 0.0001', '= 0.043')
    """
    return "< 0.0001" if p < 1e-4 else f"= {p:.2g}"


def times(n: int) -> str:
    """How often.

    >>> times(1), times(4)
    ('once', '4 times')
    """
    return "once" if n == 1 else f"{n} times"


def some(n: int, one: str, many: str = "") -> str:
    """A count and its noun.

    >>> some(1, "row"), some(3, "row")
    ('1 row', '3 rows')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"
