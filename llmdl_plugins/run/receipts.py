"""Which calls a rollout used: its receipts."""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple

from llmdl_plugins.holding import holding
from llmdl_plugins.plain import JSON


class Receipt(NamedTuple):
    """One call that a rollout used: what the meter must count if the rollout is replayed.

    Args:
        tokens: what the model said, as "input" and "output", of the input "cached" and "written" to a cache.
        seconds: waited for it; none where its answer was there before.
        charge: what is counted where it said nothing and the budget limits tokens or dollars.
    """

    key: str
    model: str
    tokens: dict[str, int] | None
    seconds: float = 0.0
    provider: str = ""
    charge: dict[str, int] | None = None

    def json(self) -> JSON:
        """The receipt as it stands: its parts are plain."""
        return self._asdict()


_receipts: ContextVar[list[Receipt] | None] = ContextVar("llmdl_receipts", default=None)


def receipts() -> holding[list[Receipt]]:
    """The receipts of the calls made inside."""
    kept: list[Receipt] = []
    return holding(_receipts, kept)


def keep(receipt: Receipt) -> None:
    """Add a receipt to those that are being kept here."""
    if (kept := _receipts.get()) is not None:
        kept.append(receipt)
