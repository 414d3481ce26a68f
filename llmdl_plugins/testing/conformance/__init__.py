"""What a plugin promises, as tests that its author runs: `llmdl plugins check NAME`, or a subclass in his own tests."""

from __future__ import annotations

from llmdl_plugins.testing.conformance.case import Case
from llmdl_plugins.testing.conformance.losses import LossCases

__all__ = ["Case", "cases"]

_CASES: dict[str, type[Case]] = {"losses": LossCases}


def cases(kind: str) -> type[Case] | None:
    """The pytest class with the promises of a kind; None where there are none yet."""
    return _CASES.get(kind)
