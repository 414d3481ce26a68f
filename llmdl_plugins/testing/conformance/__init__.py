"""What a plugin promises, as tests that its author runs: `llmdl plugins check NAME`, or a subclass in his own tests."""

from __future__ import annotations

from importlib import import_module

from llmdl_plugins.testing.conformance.case import Case

__all__ = ["CASES", "Case", "cases"]

CASES = {"losses": "losses:LossCases"}  # kind → module here and class


def cases(kind: str) -> type[Case]:
    """The pytest class with the promises of a kind; `CASES` says which kinds have one."""
    module, _, name = CASES[kind].partition(":")
    return getattr(import_module(f"{__name__}.{module}"), name)  # type: ignore[no-any-return]
